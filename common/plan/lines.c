/* lines.c - the doorman of libyaml. */
#include "common/plan/lines.h"

#include <yaml.h>

struct lines {
    yaml_document_t document;
};

/* libyaml's own words, and where. */
static enum err
refuse(const yaml_parser_t *parser, unsigned *line, struct buf *why)
{
    *line = (unsigned)parser->problem_mark.line + 1;
    if (parser->error == YAML_READER_ERROR)
        buf_printf(why, "byte %zu is not UTF-8 (%s): save the file as UTF-8",
                   parser->problem_offset, parser->problem);
    else
        buf_printf(why, "not YAML: %s%s%s: look at indentation, colons and quotes here",
                   parser->problem == NULL ? "unreadable" : parser->problem,
                   parser->context == NULL ? "" : ", ",
                   parser->context == NULL ? "" : parser->context);
    return ERR_SYNTAX;
}

static enum err
load(yaml_parser_t *parser, struct lines *l, unsigned *line, struct buf *why)
{
    yaml_document_t second;
    if (!yaml_parser_load(parser, &l->document))
        return refuse(parser, line, why);
    if (!yaml_parser_load(parser, &second)) {
        yaml_document_delete(&l->document);
        return refuse(parser, line, why);
    }
    const yaml_node_t *more = yaml_document_get_root_node(&second);
    enum err e = more == NULL ? OK : ERR_SYNTAX;
    if (e != OK) {
        *line = (unsigned)more->start_mark.line + 1;
        buf_printf(why, "a second YAML document begins: a plan is one; take the line \"---\" out");
        yaml_document_delete(&l->document);
    }
    yaml_document_delete(&second);
    return e;
}

enum err
lines_open(struct lines **out, struct str yaml, unsigned *line, struct buf *why)
{
    struct lines *l = zalloc(sizeof(*l));
    yaml_parser_t parser;
    bool made = yaml_parser_initialize(&parser);
    assert(made);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(yaml.len == 0 ? "" : yaml.at),
                                 yaml.len);
    enum err e = load(&parser, l, line, why);
    yaml_parser_delete(&parser);
    if (e != OK) {
        free(l);
        return e;
    }
    *out = l;
    return OK;
}

void
lines_close(struct lines *l)
{
    if (l == NULL)
        return;
    yaml_document_delete(&l->document);
    free(l);
}

/* libyaml's look-up takes a document that it does not change but does not call const. */
static const yaml_node_t *
at(const struct lines *l, int node)
{
    const yaml_node_t *first = l->document.nodes.start;
    assert(node >= 1 && node <= l->document.nodes.top - first);
    return first + node - 1;
}

size_t
lines_nodes(const struct lines *l)
{
    return (size_t)(l->document.nodes.top - l->document.nodes.start);
}

int
lines_root(const struct lines *l)
{
    return lines_nodes(l) == 0 ? 0 : 1;
}

enum lines_kind
lines_kind(const struct lines *l, int node)
{
    yaml_node_type_t type = at(l, node)->type;
    return type == YAML_SEQUENCE_NODE  ? LINES_LIST
           : type == YAML_MAPPING_NODE ? LINES_MAP
                                       : LINES_TEXT;
}

unsigned
lines_line(const struct lines *l, int node)
{
    return (unsigned)at(l, node)->start_mark.line + 1;
}

struct str
lines_text(const struct lines *l, int node)
{
    const yaml_node_t *n = at(l, node);
    if (n->type != YAML_SCALAR_NODE)
        return (struct str){ NULL, 0 };
    return str_bytes(n->data.scalar.value, n->data.scalar.length);
}

unsigned
lines_count(const struct lines *l, int node)
{
    const yaml_node_t *n = at(l, node);
    if (n->type == YAML_SEQUENCE_NODE)
        return (unsigned)(n->data.sequence.items.top - n->data.sequence.items.start);
    if (n->type == YAML_MAPPING_NODE)
        return (unsigned)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
    return 0;
}

int
lines_item(const struct lines *l, int list, unsigned i)
{
    const yaml_node_t *n = at(l, list);
    return n->type == YAML_SEQUENCE_NODE && i < lines_count(l, list)
               ? n->data.sequence.items.start[i]
               : 0;
}

int
lines_key(const struct lines *l, int map, unsigned i)
{
    return at(l, map)->data.mapping.pairs.start[i].key;
}

int
lines_value(const struct lines *l, int map, unsigned i)
{
    return at(l, map)->data.mapping.pairs.start[i].value;
}

int
lines_find(const struct lines *l, int map, const char *key)
{
    if (lines_kind(l, map) != LINES_MAP)
        return -1;
    for (unsigned i = 0; i < lines_count(l, map); i++)
        if (str_is(lines_text(l, lines_key(l, map, i)), key))
            return (int)i;
    return -1;
}
