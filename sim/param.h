/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Params: the one table per type (node, part, link) that serves loading, validation and messages, defaults, `--set`,
 * faults, `simex describe`, the generated reference and the schema. A table ends with an entry whose name is NULL. */
#ifndef SIM_PARAM_H
#define SIM_PARAM_H

#include "sim/arena.h"
#include "sim/dist.h"

struct sim;
struct sim_node;
struct sim_link;
struct sim_part;

enum sim_param_kind {                      /* C type of the field, in base units */
                      SIM_PARAM_DURATION,  /* sim_ns; `none` is SIM_NEVER */
                      SIM_PARAM_RATE,      /* double, per second; `none` is infinity */
                      SIM_PARAM_COUNT,     /* int64_t; `none` is INT64_MAX */
                      SIM_PARAM_BYTES,     /* int64_t; `none` is INT64_MAX */
                      SIM_PARAM_NUMBER,    /* double */
                      SIM_PARAM_RATIO,     /* double in 0..1 */
                      SIM_PARAM_FLAG,      /* bool */
                      SIM_PARAM_CHOICE,    /* int, index into `choices` */
                      SIM_PARAM_VARIANT,   /* struct sim_variant: a choice, of which some take a ratio */
                      SIM_PARAM_SET,       /* uint64_t, bit i for choices[i] */
                      SIM_PARAM_TEXT,      /* const char *, in the world's arena */
                      SIM_PARAM_DIST,      /* struct sim_dist */
                      SIM_PARAM_NODE,      /* struct sim_node *; NULL when left out */
                      SIM_PARAM_NODE_LIST, /* struct sim_node_list */
                      SIM_PARAM_KINDS
};

struct sim_variant {
    int choice;
    double ratio; /* of choices that take one */
};

enum { SIM_NODE_LIST_MAX = 64 };
struct sim_node_list {
    uint32_t count;
    struct sim_node **nodes; /* in the world's arena */
};

/* The statuses by their names, and by the web's numbers: choices of a SIM_PARAM_SET such as `on` of a retry policy. */
struct sim_param {
    const char *name;
    enum sim_param_kind kind;
    size_t offset;              /* of the field in the owner's struct */
    const char *initial;        /* default, as a word of the command line; NULL: must be given */
    double min, max;            /* base units (s, /s, bytes, 1); both 0: any the kind allows */
    const char *const *choices; /* ends with NULL; CHOICE, VARIANT and SET */
    const char *const *also;    /* a second spelling of each choice, or NULL */
    uint64_t takes_ratio;       /* VARIANT: bit i when choices[i] takes a ratio */
    uint64_t accepts;           /* NODE, NODE_LIST: operations the referred node must accept */
    bool none;                  /* the word `none` is allowed */
    bool above_min;             /* min itself is not allowed */
    bool live;                  /* may change while the simulation runs */
    bool owns;                  /* NODE: the referred node is reset when this one is killed */
    const char *help;           /* one line */
};

/* What a scenario or the command line wrote, before its kind is known. The scenario layer turns JSON into it. */
enum sim_raw_shape {
    SIM_RAW_WORD, /* from the command line, or a default: may be read as any scalar; sets as A,B; distributions
                        as law:field=value,field=value; variants as choice:ratio */
    SIM_RAW_STRING,
    SIM_RAW_NUMBER,
    SIM_RAW_FLAG,
    SIM_RAW_LIST,   /* `items` */
    SIM_RAW_OBJECT, /* `items`, each with a name */
    SIM_RAW_NULL
};
struct sim_raw {
    enum sim_raw_shape shape;
    const char *name;            /* as a member of an object */
    const char *text;            /* WORD, STRING */
    double number;               /* NUMBER; FLAG: 0 or 1 */
    const struct sim_raw *items; /* LIST, OBJECT */
    uint32_t count;
};

/* A value of any kind. */
struct sim_value {
    union {
        sim_ns duration;
        double number; /* RATE, NUMBER, RATIO */
        int64_t count; /* COUNT, BYTES */
        bool flag;
        int choice;
        struct sim_variant variant;
        uint64_t set;
        const char *text;
        struct sim_dist dist;
        struct sim_node *node;
        struct sim_node_list list;
    };
};

/* Where a param lives: found by path. */
struct sim_target {
    const struct sim_param *param;
    int field;                   /* of a distribution (enum sim_dist_field), or -1 */
    void *base;                  /* the owner's struct: node, part or link */
    struct sim_node *node;       /* of the param or of the part's owner; NULL for a link */
    const struct sim_part *part; /* NULL unless the param is a part's */
    struct sim_link *link;       /* NULL unless the param is a link's */
};

/* "duration", "rate", ...; static. */
const char *sim_param_kind_name(enum sim_param_kind kind);

/* Finds one param in a table by name; NULL when there is none. */
const struct sim_param *sim_param_find(const struct sim_param *table, const char *name);

/* Reads and checks what was written for a target. Texts, lists and tables are put into the world's arena; node
 * references are looked up in it. On false `error` has path (within the value, may be ""), rule and value. */
bool sim_param_read(struct sim *sim, const struct sim_target *target, const struct sim_raw *raw,
                    struct sim_value *value, struct sim_error *error);
/* The same for a default, which must be right (sim_assert). */
void sim_param_read_default(struct sim *sim, const struct sim_target *target, struct sim_value *value);

/* The param's present value, and its replacement without telling the type (while the world is built). */
struct sim_value sim_param_get(const struct sim_target *target);
void sim_param_put(const struct sim_target *target, const struct sim_value *value);
/* Changes a live param in a running world: the type's on_param acts in the same event. No change, no call. */
void sim_param_change(struct sim *sim, const struct sim_target *target, const struct sim_value *value);

bool sim_value_equal(const struct sim_param *param, const struct sim_value *a, const struct sim_value *b);

/* Writes a value as a scenario would write it (canonical JSON: strings quoted, fields of a distribution in a fixed
 * order). Allocates; caller frees. */
char *sim_param_text(const struct sim_param *param, const struct sim_value *value);

/* Finds "node.param", "node.part.param", "links.name.param", the field of a distribution one dot more. On false `error`
 * says what was wrong, its value the word that is not known. The path's bound: 200 characters. */
bool sim_target_find(struct sim *sim, const char *path, struct sim_target *target, struct sim_error *error);
/* The same below one node or link: "param", "part.param", with an optional field. */
bool sim_target_find_in_node(struct sim_node *node, const char *path, struct sim_target *target,
                             struct sim_error *error);
bool sim_target_find_in_link(struct sim_link *link, const char *path, struct sim_target *target,
                             struct sim_error *error);

#endif
