/*
 * names: what of OOXML may be written, as tables that sanitisers and recognisers share.
 *
 * Every element name of the ECMA-376 schemas of WordprocessingML, SpreadsheetML, PresentationML,
 * DrawingML, charts and shared mathematics has a row that says what becomes of it; so has every
 * attribute of an element that is kept, with the lexical domain of its value. What has no row is
 * unknown and is dropped. Namespaces have one number for their transitional and strict URI and one
 * fixed prefix in outputs; only namespaces with a prefix may be printed.
 *
 * The element tables are compiled from data/names/<prefix>.tsv, domains.tsv and model.tsv (which
 * element stands in which, in what order) by tools/names.py;
 * namespaces, parts and relationships are written by hand (space.c, part.c, relation.c).
 * Everything is constant data; pointers live for ever and may be compared.
 */
#ifndef NAMES_NAMES_H
#define NAMES_NAMES_H

#include "base/slice.h"

/* Outputs declare the namespaces they use in this order. */
enum names_ns_number {
	NS_NONE, /* no namespace: most attributes */
	NS_W,
	NS_X,
	NS_P,
	NS_A,
	NS_R,
	NS_PIC,
	NS_WP,
	NS_M,
	NS_C,
	NS_CDR,
	NS_XDR,
	NS_WPS,
	NS_WPG,
	NS_WPC,
	NS_XML, /* bound to the prefix xml, never declared */
	NS_CT,  /* [Content_Types].xml and .rels: the default namespace of their own parts */
	NS_REL,
	NS_PRINTABLE_END,
	/* known, never printed */
	NS_MC = NS_PRINTABLE_END, /* markup compatibility: resolved by the sanitiser */
	NS_V,
	NS_O,
	NS_W10,
	NS_DGM,
	NS_DSP,
	NS_CX, /* charts of the new kind: become charts of the old one */
	NS_W14,
	NS_A14,
	NS_ASVG,
	NS_CP, /* package core properties */
	NS_DC,
	NS_DCTERMS,
	NS_AP, /* extended (app) properties */
	NS_CUSTOM_PROPS,
	NS_VT,
	NS_OTHER, /* the rest that is known and dropped: from here on each has a number of its own
		   */
	NS_END,
	NS_UNKNOWN = UINT16_MAX,
};

enum names_disp {
	NAMES_KEEP,
	NAMES_DROP,   /* an element with its subtree */
	NAMES_UNWRAP, /* an element's tags only; its children stay */
	NAMES_HOLD,   /* the whole document is held */
};

struct names_ns {
	uint16_t number;
	const char *prefix;       /* NULL: never printed; "": the default namespace */
	const char *uri, *strict; /* strict may be NULL */
	const char *finding;      /* why elements of it are dropped, or NULL */
};

/* By transitional or strict URI; NULL where unknown. */
const struct names_ns *names_ns_by_uri(struct slice uri);
/* By the fixed prefix of outputs; NULL where none. */
const struct names_ns *names_ns_by_prefix(struct slice prefix);
/* The number of a row: many URIs of one thing have one, and each of the rest has its own. */
uint16_t names_ns_number(const struct names_ns *ns);
/* The (first) row of a number that names_ns_number gave. */
const struct names_ns *names_ns(unsigned number);

/* What kind of string a value is. */
enum names_domain_kind {
	DOMAIN_NONE,     /* no character data at all (elements only) */
	DOMAIN_TEXT,     /* what XML allows but controls other than TAB LF CR and utf8_hides_text */
	DOMAIN_BOOL,     /* true false 1 0 */
	DOMAIN_ONOFF,    /* the same, on off */
	DOMAIN_INT,      /* [-+]?digits, 64 bit */
	DOMAIN_UINT,     /* digits, 64 bit */
	DOMAIN_NUMBER,   /* decimal with optional exponent; INF and NaN are refused */
	DOMAIN_MEASURE,  /* number with optional % mm cm in pt pc pi */
	DOMAIN_HEX,      /* 1-64 hexadecimal digits */
	DOMAIN_COLOR,    /* auto or six or eight hexadecimal digits */
	DOMAIN_TOKEN,    /* 1-255 of [A-Za-z0-9_.+-] */
	DOMAIN_TOKENS,   /* tokens separated by single blanks, may be empty */
	DOMAIN_ENUM,     /* one of the domain's words */
	DOMAIN_GUID,     /* {8-4-4-4-12} */
	DOMAIN_LANG,     /* language tag [A-Za-z0-9-]{1,35}, may be empty */
	DOMAIN_DATETIME, /* ISO 8601 date, T, time, optional fraction and Z or offset */
	DOMAIN_GUIDE,    /* shape guide formula: operator and operands, [A-Za-z0-9_*+/?:. -] */
	DOMAIN_CELL,     /* A1 */
	DOMAIN_RANGE,    /* A1, A1:B2, A:B, 1:2 */
	DOMAIN_RANGES,   /* ranges separated by single blanks */
	DOMAIN_SPANS,    /* 1:16 pairs separated by single blanks */
	DOMAIN_RID,      /* rId1...: must resolve to what `targets` and `link` name */
	/* names_domain_ok checks these as text; the real check is another function: */
	DOMAIN_FORMULA, /* spreadsheet formula, parsed by its own grammar */
	DOMAIN_FIELD,   /* (a piece of) a field instruction: names_field_ok on the whole of it */
};

struct names_domain {
	const char *name;
	enum names_domain_kind kind;
	const char *const *words; /* of an enum, sorted by bytes */
	size_t n_words;
	uint64_t targets; /* of a DOMAIN_RID: bits 1 << enum names_part_id */
	bool link;        /* of a DOMAIN_RID: an external hyperlink is allowed */
};

struct names_attr {
	const char *name;
	uint8_t name_n;
	uint8_t ns;                        /* NS_NONE, or the number of its prefix */
	uint8_t disp;                      /* NAMES_KEEP or NAMES_DROP */
	bool needed;                       /* its element never stands without it */
	const char *finding;               /* of a dropped one; NULL: not worth a line */
	const struct names_domain *domain; /* of a kept one */
};

enum { NAMES_NONE = 0xFF };

/* A child that a parent always has; internal to names. */
struct names_must {
	uint16_t child;
	uint8_t bit;
};

struct names_element {
	const char *name;
	uint8_t name_n;
	uint8_t ns;
	uint8_t disp;
	const char *finding;               /* of a dropped, unwrapped or held one; may be NULL */
	const struct names_domain *domain; /* of its character data; kind DOMAIN_NONE mostly */
	const struct names_attr *attrs;    /* n_attrs rows; only of kept ones */
	size_t n_attrs;
	/* The content model, see names_place. */
	bool placed;    /* stands only where the model names it */
	bool ordered;   /* says which children it has */
	uint8_t others; /* rank of children that it does not name; NAMES_NONE: none */
	const struct names_must *musts; /* children that it always has */
	size_t n_musts;
	size_t n_needed; /* how many attributes are needed */
};

/* NULL where the table has no row: unknown. ns is a number, local the name without prefix. */
const struct names_element *names_element(unsigned ns, struct slice local);
/* NULL where unknown: drop. */
const struct names_attr *names_attribute(const struct names_element *el, unsigned ns,
					 struct slice local);
/*
 * Where child stands among the children of parent: none may stand behind one of a higher rank. Of
 * those with the same bit only one may stand there, unless there may be many. False where child may
 * not stand in parent at all. Both are kept rows of names_element.
 */
struct names_place {
	uint8_t rank, bit; /* bit: below 64, or NAMES_NONE */
	bool many;
};
bool names_place(const struct names_element *child, const struct names_element *parent,
		 struct names_place *ret);
/* The bits that the children of parent must have between them. */
uint64_t names_must_bits(const struct names_element *parent);
/* What to make where bit i of those is missing: parent->musts[k] for k below n_musts. */
const struct names_element *names_must_child(const struct names_element *parent, size_t k,
					     uint8_t *ret_bit);
/* Whether value is in the domain. Values longer than 32,767 bytes are in none but text. */
bool names_domain_ok(const struct names_domain *domain, struct slice value);

/* All rows, for tests and documentation. */
const struct names_element *names_element_table(size_t *ret_n);

/* Parts. */
enum names_part_id {
	PART_NONE,
	PART_DOCUMENT,
	PART_STYLES,
	PART_NUMBERING,
	PART_SETTINGS,
	PART_FONT_TABLE,
	PART_HEADER,
	PART_FOOTER,
	PART_FOOTNOTES,
	PART_ENDNOTES,
	PART_COMMENTS,
	PART_WORKBOOK,
	PART_WORKSHEET,
	PART_CHARTSHEET,
	PART_SHARED_STRINGS,
	PART_SHEET_STYLES,
	PART_TABLE,
	PART_SHEET_COMMENTS,
	PART_DRAWING,
	PART_PRESENTATION,
	PART_SLIDE,
	PART_SLIDE_LAYOUT,
	PART_SLIDE_MASTER,
	PART_NOTES_SLIDE,
	PART_NOTES_MASTER,
	PART_HANDOUT_MASTER,
	PART_PRES_PROPS,
	PART_TABLE_STYLES,
	PART_SLIDE_COMMENTS,
	PART_COMMENT_AUTHORS,
	PART_THEME,
	PART_CHART,
	PART_CHART_SHAPES,
	PART_IMAGE,
	PART_END,
};

enum { FAMILY_DOCX = 1, FAMILY_XLSX = 2, FAMILY_PPTX = 4 };

struct names_part {
	enum names_part_id id;
	const char *kind;  /* "worksheet": in APIs, reports, docs */
	unsigned families; /* in which packages it may stand */
	const char *type;  /* its content type in outputs; NULL for images */
	const char *stem;  /* path below the family's folder, without number and extension */
	bool numbered;     /* stem1.xml, stem2.xml ... in order of discovery */
	uint16_t root_ns;  /* root element; unused for images */
	const char *root;
	uint32_t spaces; /* bits 1 << ns number: whose elements and attributes may stand in it */
};

const struct names_part *names_part(enum names_part_id id);
/* "docx" -> FAMILY_DOCX, 0 where none; its folder "word"; its main part. */
unsigned names_family(struct slice id);
const char *names_family_dir(unsigned family);
enum names_part_id names_family_main(unsigned family);

/*
 * What a content type of an input says: the part it makes, or PART_NONE with a finding where such
 * parts are dropped. NULL where unknown. Compared without regard to case, without parameters.
 */
struct names_content_type {
	const char *type;
	enum names_part_id part;
	const char *finding;
};
const struct names_content_type *names_content_type(struct slice type);
/* The content type of charts of the new kind (waterfall, funnel ...), which are read as charts. */
#define NAMES_CHART_NEW "application/vnd.ms-office.chartex+xml"

/*
 * Relationships, found by transitional, strict or package URI; an output uses `uri` only. A kept
 * type may have several rows (styles of a document, styles of a workbook): names_relation says
 * whether the type is dropped, a link, or kept; a kept one stands only where
 * names_relation_between(source, target) has a row of the same uri. Without sources are the root's
 * officeDocument, and a row that inputs have for the same thing as the first row of its part.
 */
struct names_relation {
	const char *uri, *strict; /* strict may be NULL */
	enum names_part_id part;  /* what it leads to; PART_NONE: dropped, a link, the main part */
	const char *finding;      /* why it is dropped, or NULL */
	bool link;                /* the hyperlink type: external, checked by names_link_ok */
	bool implicit;            /* no attribute names its id: kept by its mere presence */
	uint64_t sources;         /* bits 1 << part id that may have it */
};
const struct names_relation *names_relation(struct slice type_uri);
/* The row by which source may lead to target in an output, or NULL. */
const struct names_relation *names_relation_between(enum names_part_id source,
						    enum names_part_id target);
/* The row of hyperlinks, and the one by which a package names its main part. */
const struct names_relation *names_relation_link(void);
const struct names_relation *names_relation_main(void);

#endif
