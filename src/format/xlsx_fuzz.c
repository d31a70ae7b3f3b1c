/* A sheet of an Excel workbook (see part_fuzz.h). */
#include "format/part_fuzz.h"

#define EXCEL "application/vnd.openxmlformats-officedocument.spreadsheetml."

static const struct made_part fixed[] = {
    {"[Content_Types].xml", PART_FUZZ_TYPES
     "<Override PartName='/xl/workbook.xml' "
     "ContentType='" EXCEL "sheet.main+xml'/><Override PartName='/xl/worksheets/sheet1.xml' "
     "ContentType='" EXCEL "worksheet+xml'/><Override PartName='/xl/sharedStrings.xml' "
     "ContentType='" EXCEL "sharedStrings+xml'/></Types>"},
    PART_FUZZ_ROOT("xl/workbook.xml"),
    {"xl/workbook.xml",
     "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' "
     "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets>"
     "<sheet name='A' sheetId='1' r:id='s'/></sheets><definedNames><definedName name='N'>"
     "A!$A$1</definedName></definedNames></workbook>"},
    {"xl/_rels/workbook.xml.rels", PART_FUZZ_RELS
     "<Relationship Id='s' Type='" PART_FUZZ_TYPE
     "worksheet' Target='worksheets/sheet1.xml'/><Relationship Id='t' Type='" PART_FUZZ_TYPE
     "sharedStrings' Target='sharedStrings.xml'/></Relationships>"},
    {"xl/sharedStrings.xml",
     "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><t>a</t></si>"
     "<si><t>=b</t></si></sst>"},
    {"xl/worksheets/_rels/sheet1.xml.rels",
     PART_FUZZ_RELS PART_FUZZ_LINKS("../media/a.png") "</Relationships>"},
    {"xl/media/a.png", "no picture"},
};

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	part_fuzz(fixed, ARRAY_LEN(fixed), "a.xlsx", "xl/worksheets/sheet1.xml", slice_of(p, n));
	return 0;
}
