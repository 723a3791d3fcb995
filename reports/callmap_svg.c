/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map as a picture: one SVG file that needs nothing else. Boxes are nodes, lines are calls: the wider the more often,
 * the redder the more of them ended in an error. What did not fit stands in the hover titles. */
#include "reports/callmap_layout.h"
#include "reports/callmap_show.h"
#include "reports/show.h"

#include <inttypes.h>
#include <string.h>

enum { MARGIN = 24, TOP = 64, BOX_LEAST = 120, BOX_HIGH = 58, GAP = 190, ROW = 104, LINE = 15, ARROW = 9, DEATHS = 6 };

struct drawing {
    FILE *out;
    const struct callmap_picture *picture;
    const struct callmap *map;
    struct callmap_layout layout;
    double box; /* width of a box */
};

struct point {
    double x, y;
};

/* Text for XML; what a terminal or a parser would stumble over is gone already (json_shown). */
static void put_xml(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            (void)fputs("&amp;", out);
            break;
        case '<':
            (void)fputs("&lt;", out);
            break;
        case '>':
            (void)fputs("&gt;", out);
            break;
        case '"':
            (void)fputs("&quot;", out);
            break;
        default:
            (void)fputc(*text, out);
        }
    }
}

static void put_text(FILE *out, struct point at, const char *anchor, const char *class, const char *text)
{
    (void)fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", at.x, at.y, anchor, class);
    put_xml(out, text);
    (void)fputs("</text>\n", out);
}

/* The middle of a place. */
static struct point middle(const struct drawing *drawing, const struct callmap_place *place)
{
    const double half = 0.5;
    const double above = half * (double)(drawing->layout.rows - drawing->layout.counts[place->layer]);
    return (struct point){MARGIN + (double)place->layer * (drawing->box + GAP) + half * drawing->box,
                          TOP + BOX_HIGH * half + (place->row + above) * ROW};
}

/* ---- titles ---- */

static void put_outcomes(FILE *out, const struct callmap_outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->count; i++) {
        const struct callmap_outcome *item = &outcomes->items[i];
        (void)fprintf(out, "\n%" PRIu64 " %s", item->count, sim_status_name(item->outcome.status));
        if (item->outcome.reason == NULL)
            continue;
        (void)fputs(" (", out);
        put_xml(out, item->outcome.reason);
        (void)fputc(')', out);
    }
}

static void put_times(FILE *out, const struct sim_hist *took)
{
    char p50[SHOWN_ROOM], p95[SHOWN_ROOM], max[SHOWN_ROOM];
    if (took->count > 0)
        (void)fprintf(out, "\nP50 %s, P95 %s, longest %s",
                      show_value(p50, "s", sim_ns_to_s(sim_hist_percentile(took, 50))),
                      show_value(p95, "s", sim_ns_to_s(sim_hist_percentile(took, 95))),
                      show_value(max, "s", sim_ns_to_s(took->max)));
}

/* ---- edges ---- */

/* A line that leaves and arrives level. */
static void put_curve(FILE *out, struct point from, struct point to)
{
    const double middle_x = (from.x + to.x) / 2;
    (void)fprintf(out, " C%.1f,%.1f %.1f,%.1f %.1f,%.1f", middle_x, from.y, middle_x, to.y, to.x, to.y);
}

/* A point of that line, nearer to its end, where lines that begin together have parted. */
static struct point on_curve(struct point from, struct point to)
{
    const double t = 0.6, u = 1 - t;
    const double bend = (from.x + to.x) / 2;
    return (struct point){u * u * u * from.x + 3 * u * t * bend + t * t * t * to.x,
                          from.y + (to.y - from.y) * (3 * t * t - 2 * t * t * t)};
}

/* Draws an edge from left to right through its places; returns where its label goes. */
static struct point put_forward(const struct drawing *drawing, const struct callmap_edge *edge,
                                const struct callmap_place *from, const struct callmap_place *to)
{
    const double half = drawing->box / 2;
    FILE *out = drawing->out;
    struct point at = middle(drawing, from);
    struct point end = middle(drawing, to);
    struct point label = {0, 0};
    at.x += half;
    end.x -= half;
    (void)fprintf(out, "<path d=\"M%.1f,%.1f", at.x, at.y);
    for (size_t layer = from->layer + 1; layer < to->layer; layer++) {
        struct point through = middle(drawing, callmap_layout_edge(&drawing->layout, edge, layer));
        put_curve(out, at, (struct point){through.x - half, through.y});
        at = (struct point){through.x + half, through.y};
        (void)fprintf(out, " L%.1f,%.1f", at.x, at.y);
        if (layer == (from->layer + to->layer) / 2)
            label = through;
    }
    put_curve(out, at, (struct point){end.x - ARROW, end.y});
    return to->layer == from->layer + 1 ? on_curve(at, end) : label;
}

/* One that leads back, or to its own node: below the boxes. */
static struct point put_backward(const struct drawing *drawing, const struct callmap_place *from,
                                 const struct callmap_place *to)
{
    struct point at = middle(drawing, from);
    struct point end = middle(drawing, to);
    const double below = (at.y > end.y ? at.y : end.y) + BOX_HIGH;
    (void)fprintf(drawing->out, "<path d=\"M%.1f,%.1f C%.1f,%.1f %.1f,%.1f %.1f,%.1f", at.x, at.y + BOX_HIGH / 2.0,
                  at.x, below, end.x - drawing->box / 2 - GAP / 2.0, below, end.x - drawing->box / 2 - ARROW, end.y);
    return (struct point){(at.x + end.x) / 2, below};
}

/* On a white card, where the line goes behind it. */
static void put_label(const struct drawing *drawing, const struct callmap_edge *edge, struct point at)
{
    const double letter = 6.8, half = 0.5;
    const char *const classes[] = {"rate", "small", "bad"};
    char texts[3][CALLMAP_ROOM];
    size_t widest = 0;
    callmap_rate(texts[0], drawing->map, edge->ended);
    callmap_p95(texts[1], &edge->took);
    callmap_errors(texts[2], edge->errors, edge->ended);
    const int lines = edge->errors > 0 ? 3 : 2;
    for (int i = 0; i < lines; i++)
        widest = strlen(texts[i]) > widest ? strlen(texts[i]) : widest;
    const double width = letter * (double)widest + 6;
    const double height = lines * LINE + 4;
    (void)fprintf(drawing->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"4\" fill=\"#fff\"/>\n",
                  at.x - width * half, at.y - height * half, width, height);
    at.y += 2 - height * half;
    for (int i = 0; i < lines; i++) {
        at.y += i == 0 ? LINE - 3 : LINE;
        put_text(drawing->out, at, "middle", classes[i], texts[i]);
    }
}

static void put_edge(const struct drawing *drawing, const struct callmap_edge *edge, bool label)
{
    const struct callmap_place *from = callmap_layout_node(&drawing->layout, edge->from);
    const struct callmap_place *to = callmap_layout_node(&drawing->layout, edge->to);
    char colour[CALLMAP_ROOM];
    FILE *out = drawing->out;
    (void)fprintf(out, "<g>");
    const struct point at =
        from->layer < to->layer ? put_forward(drawing, edge, from, to) : put_backward(drawing, from, to);
    callmap_colour(colour, edge->errors, edge->ended);
    (void)fprintf(out, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\"%s/>\n", colour,
                  callmap_width(drawing->map, edge), label ? " stroke-opacity=\"0\"" : "");
    struct point end = middle(drawing, to);
    end.x -= drawing->box / 2;
    if (label)
        put_label(drawing, edge, at);
    else
        (void)fprintf(out, "<path d=\"M%.1f,%.1f l-%d,-5 v10 z\" fill=\"%s\"/>", end.x, end.y, ARROW, colour);
    (void)fprintf(out, "<title>");
    put_xml(out, edge->from->name);
    (void)fprintf(out, " calls ");
    put_xml(out, edge->to->name);
    (void)fprintf(out, ": %" PRIu64 " calls ended", edge->ended);
    put_times(out, &edge->took);
    put_outcomes(out, &edge->outcomes);
    (void)fprintf(out, "</title></g>\n");
}

/* ---- nodes ---- */

static void put_node(const struct drawing *drawing, const struct callmap_place *place)
{
    const struct callmap_node *node = &drawing->map->nodes[place->node->index];
    const double half = 0.5;
    struct point at = middle(drawing, place);
    char text[CALLMAP_ROOM], born[CALLMAP_ROOM];
    FILE *out = drawing->out;
    (void)fprintf(out,
                  "<g><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"8\" fill=\"#f6f8fa\" stroke=\"%s\" "
                  "stroke-width=\"%s\"/>\n",
                  at.x - half * drawing->box, at.y - half * BOX_HIGH, drawing->box, BOX_HIGH,
                  callmap_colour(text, node->born, node->replied), node->born > 0 ? "2.5" : "1.2");
    const int lines = 1 + (node->replied > 0) + (node->born > 0);
    at.y += 5 - (lines - 1) * LINE * half;
    put_text(out, at, "middle", "name", place->node->name);
    if (node->replied > 0) {
        at.y += LINE;
        put_text(out, at, "middle", "small", callmap_p95(text, &node->took));
    }
    if (node->born > 0) {
        at.y += LINE;
        (void)snprintf(born, sizeof born, "%.40s errors", callmap_rate(text, drawing->map, node->born));
        put_text(out, at, "middle", "bad", born);
    }
    (void)fprintf(out, "<title>");
    put_xml(out, place->node->name);
    (void)fprintf(out, " (%s): %" PRIu64 " replies, %" PRIu64 " errors, %" PRIu64 " of them born here",
                  node->node->type->name, node->replied, node->errors, node->born);
    put_times(out, &node->took);
    put_outcomes(out, &node->births);
    (void)fprintf(out, "</title></g>\n");
}

/* ---- the whole ---- */

static void put_deaths(const struct drawing *drawing, struct point at)
{
    const struct callmap *map = drawing->map;
    char text[3 * CALLMAP_ROOM];
    (void)snprintf(text, sizeof text, "Of the users' %" PRIu64 " requests, %" PRIu64 " ended in an error%s",
                   map->requests, map->failed, map->failed > 0 ? ":" : ".");
    put_text(drawing->out, at, "start", "rate", text);
    for (size_t i = 0; i < map->death_count && i < DEATHS; i++) {
        const struct callmap_death *death = &map->deaths[i];
        const char *reason = death->outcome.reason;
        int length = snprintf(text, sizeof text, "%" PRIu64 " died at %.64s: %s%s%.90s%s", death->count,
                              death->node->name, sim_status_name(death->outcome.status), reason == NULL ? "" : " (",
                              reason == NULL ? "" : reason, reason == NULL ? "" : ")");
        if (death->heard_from != NULL)
            (void)snprintf(text + length, sizeof text - (size_t)length, "; last error heard: %.64s %.40s",
                           death->heard_from->name,
                           death->heard.reason == NULL ? sim_status_name(death->heard.status) : death->heard.reason);
        at.y += LINE + 2;
        put_text(drawing->out, at, "start", "small", text);
    }
}

static void put_head(const struct drawing *drawing, double width, double height)
{
    char heading[CALLMAP_HEADING_ROOM], title[JSON_SHOWN_BYTES];
    FILE *out = drawing->out;
    (void)fprintf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
                  "font-family=\"sans-serif\">\n",
                  width, height, width, height);
    (void)fputs("<style>.name{font-size:14px;font-weight:600}.rate{font-size:12px;font-weight:600}"
                ".small{font-size:12px}text{fill:#1b1f23}"
                ".bad{font-size:12px;fill:#b01515}.title{font-size:16px;font-weight:600}</style>\n"
                "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
                out);
    put_text(out, (struct point){MARGIN, 26}, "start", "title",
             json_shown(title, drawing->picture->cell->scenario->title));
    put_text(out, (struct point){MARGIN, 46}, "start", "small", callmap_heading(heading, drawing->picture));
}

static double box_width(const struct callmap_layout *layout)
{
    const double letter = 8.5, room = 28;
    double width = BOX_LEAST;
    for (size_t i = 0; i < layout->node_count; i++) {
        const double wide = (double)strlen(layout->places[i].node->name) * letter + room;
        width = wide > width ? wide : width;
    }
    return width;
}

void callmap_svg(FILE *out, const struct callmap_picture *picture)
{
    struct drawing drawing = {.out = out, .picture = picture, .map = picture->map};
    const struct callmap *map = picture->map;
    callmap_layout_init(&drawing.layout, map);
    drawing.box = box_width(&drawing.layout);
    const size_t deaths = map->death_count < DEATHS ? map->death_count : DEATHS;
    const double columns = (double)(drawing.layout.layers > 0 ? drawing.layout.layers : 1);
    const double bottom = TOP + (double)drawing.layout.rows * ROW + LINE;
    const double width = 2.0 * MARGIN + columns * (drawing.box + GAP) - GAP;
    const double least = 640;
    put_head(&drawing, width > least ? width : least, bottom + (double)(deaths + 1) * (LINE + 2) + MARGIN / 2.0);
    /* Lines first, then their labels, so that no line crosses out another's label. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < map->edge_count; i++) {
            if (map->edges[i]->ended > 0)
                put_edge(&drawing, map->edges[i], pass == 1);
        }
    }
    for (size_t i = 0; i < drawing.layout.node_count; i++)
        put_node(&drawing, &drawing.layout.places[i]);
    put_deaths(&drawing, (struct point){MARGIN, bottom});
    (void)fputs("</svg>\n", out);
    callmap_layout_fini(&drawing.layout);
}
