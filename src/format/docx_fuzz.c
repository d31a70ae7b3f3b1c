/* The main part of a Word document (see part_fuzz.h). */
#include "format/part_fuzz.h"

#define WORD "application/vnd.openxmlformats-officedocument.wordprocessingml."

static const struct made_part fixed[] = {
    {"[Content_Types].xml", PART_FUZZ_TYPES "<Override PartName='/word/document.xml' "
					    "ContentType='" WORD "document.main+xml'/></Types>"},
    PART_FUZZ_ROOT("word/document.xml"),
    {"word/_rels/document.xml.rels",
     PART_FUZZ_RELS PART_FUZZ_LINKS("media/a.png") "</Relationships>"},
    {"word/media/a.png", "no picture"},
};

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	part_fuzz(fixed, ARRAY_LEN(fixed), "a.docx", "word/document.xml", slice_of(p, n));
	return 0;
}
