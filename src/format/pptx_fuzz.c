/* A slide of a PowerPoint presentation (see part_fuzz.h). */
#include "format/part_fuzz.h"

#define POWER "application/vnd.openxmlformats-officedocument.presentationml."
#define NS \
	"xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' " \
	"xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships' " \
	"xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'"

static const struct made_part fixed[] = {
    {"[Content_Types].xml", PART_FUZZ_TYPES
     "<Override PartName='/ppt/presentation.xml' "
     "ContentType='" POWER "presentation.main+xml'/><Override PartName='/ppt/slides/slide1.xml' "
     "ContentType='" POWER "slide+xml'/></Types>"},
    PART_FUZZ_ROOT("ppt/presentation.xml"),
    {"ppt/presentation.xml",
     "<p:presentation " NS "><p:sldIdLst><p:sldId id='256' r:id='s'/></p:sldIdLst>"
     "<p:sldSz cx='9144000' cy='6858000'/><p:notesSz cx='6858000' cy='9144000'/>"
     "</p:presentation>"},
    {"ppt/_rels/presentation.xml.rels",
     PART_FUZZ_RELS "<Relationship Id='s' Type='" PART_FUZZ_TYPE
		    "slide' Target='slides/slide1.xml'/></Relationships>"},
    {"ppt/slides/_rels/slide1.xml.rels",
     PART_FUZZ_RELS PART_FUZZ_LINKS("../media/a.png") "</Relationships>"},
    {"ppt/media/a.png", "no picture"},
};

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	part_fuzz(fixed, ARRAY_LEN(fixed), "a.pptx", "ppt/slides/slide1.xml", slice_of(p, n));
	return 0;
}
