/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A profile as a flame graph (Gregg 2016, "The Flame Graph", CACM 59(6)): one SVG file, without script or other files.
 * The root is at the bottom; a frame's width is its share of the whole; siblings stand in the order of their names. Work is
 * orange, waiting blue, calls are yellow; compared, what grew is red and what shrank is blue. Hovering shows the numbers. */
#include "reports/profile.h"
#include "reports/show.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { WIDTH = 1200, MARGIN = 10, ROW = 18, TOP = 56, BOTTOM = 30, CHARACTER = 7, DEPTH_MAX = 400 };

/* Narrower ones are left out: nobody sees them. */
static const double least_width = 0.25;

struct flame {
    FILE *out;
    const struct profile *profile;
    double per_ns; /* pixels */
    double most;   /* the largest change of a frame, ns */
    int rows;
    unsigned left_out;
};

static void print_escaped(FILE *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '<')
            (void)fputs("&lt;", out);
        else if (*c == '>')
            (void)fputs("&gt;", out);
        else if (*c == '&')
            (void)fputs("&amp;", out);
        else if (*c == '"')
            (void)fputs("&quot;", out);
        else if ((unsigned char)*c >= 0x20 && *c != 0x7f)
            (void)fputc(*c, out);
        else
            (void)fputc('?', out);
    }
}

static int rows_of(const struct frame *frame)
{
    int most = 0;
    for (const struct frame *child = frame->first; child != NULL; child = child->next) {
        const int rows = rows_of(child);
        most = rows > most ? rows : most;
    }
    return most + 1;
}

/* ---- colours ---- */

static double change_of(const struct profile *profile, const struct frame *frame)
{
    return (double)frame->total[0] - (double)frame->total[1] * profile_scale(profile);
}

static double largest_change(const struct profile *profile, const struct frame *frame)
{
    double most = frame->parent == NULL ? 0 : fabs(change_of(profile, frame));
    for (const struct frame *child = frame->first; child != NULL; child = child->next)
        most = fmax(most, largest_change(profile, child));
    return most;
}

/* A shade of a kind's colour that hangs on the name, so that neighbours differ. */
static unsigned shade(const struct frame *frame)
{
    char name[FRAME_NAME_ROOM];
    unsigned hash = 2166136261U; /* FNV-1a */
    for (const char *c = frame_name(name, frame); *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    return hash >> 8 & 31U;
}

static void print_colour(const struct flame *flame, const struct frame *frame)
{
    static const unsigned bases[][3] = {
        [FRAME_ROOT] = {200, 200, 200},      [FRAME_CALL] = {240, 200, 90}, [FRAME_INNER] = {225, 215, 120},
        [FRAME_ABANDONED] = {150, 150, 150}, [FRAME_WORK] = {235, 120, 60}, [FRAME_WAIT] = {110, 165, 215},
        [FRAME_OTHER] = {190, 190, 190}};
    unsigned rgb[3];
    const double change = change_of(flame->profile, frame);
    const unsigned fade = flame->most > 0 ? (unsigned)(200.0 * fmin(1, fabs(change) / flame->most)) : 0;
    for (int i = 0; i < 3; i++)
        rgb[i] = bases[frame->kind][i] - (i == 2 ? 0 : shade(frame));
    if (flame->profile->compared) {
        rgb[0] = change > 0 ? 250 : 245 - fade;
        rgb[1] = 245 - fade;
        rgb[2] = change > 0 ? 245 - fade : 250;
    }
    (void)fprintf(flame->out, "#%02x%02x%02x", rgb[0], rgb[1], rgb[2]);
}

/* ---- frames ---- */

static void print_title(const struct flame *flame, const struct frame *frame, const char *name)
{
    const struct profile *profile = flame->profile;
    char time[SHOWN_ROOM];
    const double share = profile->root->total[0] == 0 ? 0 : (double)frame->total[0] / (double)profile->root->total[0];
    (void)fputs("<title>", flame->out);
    print_escaped(flame->out, name);
    (void)fprintf(flame->out, ": %s, %.2f %%", show_value(time, "s", sim_ns_to_s(frame->total[0])), 100 * share);
    if (profile->traces[0] > 0)
        (void)fprintf(flame->out, ", %s a request",
                      show_value(time, "s", sim_ns_to_s(frame->total[0]) / (double)profile->traces[0]));
    if (frame->parent != NULL)
        (void)fprintf(flame->out, ", %" PRIu64 " times", frame->count[0]);
    if (profile->compared && profile->traces[1] > 0)
        (void)fprintf(flame->out, "; compared with %s a request",
                      show_value(time, "s", sim_ns_to_s(frame->total[1]) / (double)profile->traces[1]));
    (void)fputs("</title>", flame->out);
}

/* What fits of a name; two dots stand for the rest. */
static void print_text(const struct flame *flame, const char *name, double x, double y, double width)
{
    const size_t room = (size_t)((width - 4) / CHARACTER);
    char cut[FRAME_NAME_ROOM];
    if (width < 3 * CHARACTER + 4)
        return;
    (void)snprintf(cut, sizeof cut, "%s", name);
    if (strlen(cut) > room) {
        size_t end = room - 2;
        while (end > 0 && ((unsigned char)cut[end] & 0xc0) == 0x80)
            end--;
        (void)snprintf(cut + end, sizeof cut - end, "..");
    }
    (void)fprintf(flame->out, "<text x=\"%.1f\" y=\"%.1f\">", x + 3, y + ROW - 5);
    print_escaped(flame->out, cut);
    (void)fputs("</text>", flame->out);
}

static void print_frame(struct flame *flame, const struct frame *frame, double x, int row)
{
    char name[FRAME_NAME_ROOM];
    const double width = (double)frame->total[0] * flame->per_ns;
    const double y = TOP + (flame->rows - 1 - row) * ROW;
    if (width < least_width || row >= DEPTH_MAX) {
        flame->left_out += frame->total[0] > 0;
        return;
    }
    (void)fputs("<g>", flame->out);
    (void)frame_name(name, frame);
    print_title(flame, frame, name);
    (void)fprintf(flame->out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" fill=\"", x, y, width, ROW - 1);
    print_colour(flame, frame);
    (void)fputs("\" rx=\"1\"/>", flame->out);
    print_text(flame, name, x, y, width);
    (void)fputs("</g>\n", flame->out);
    for (const struct frame *child = frame->first; child != NULL; child = child->next) {
        print_frame(flame, child, x, row + 1);
        x += (double)child->total[0] * flame->per_ns;
    }
}

static void print_legend(const struct flame *flame, int height)
{
    static const char *const plain[][2] = {{"#f0c85a", "call"}, {"#eb783c", "work"}, {"#6ea5d7", "wait"}};
    static const char *const compared[][2] = {{"#fa2d2d", "more time a request"}, {"#2d2dfa", "less"}};
    const char *const(*legend)[2] = flame->profile->compared ? compared : plain;
    const int count = flame->profile->compared ? 2 : 3;
    int x = MARGIN;
    for (int i = 0; i < count; i++) {
        (void)fprintf(flame->out,
                      "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>"
                      "<text x=\"%d\" y=\"%d\">%s</text>\n",
                      x, height - 20, legend[i][0], x + 17, height - 9, legend[i][1]);
        x += 40 + CHARACTER * (int)strlen(legend[i][1]);
    }
    if (flame->left_out > 0)
        (void)fprintf(flame->out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">left out as too narrow: %u</text>\n",
                      WIDTH - MARGIN, height - 9, flame->left_out);
}

static struct flame make_flame(FILE *out, const struct profile *profile)
{
    const struct frame *root = profile->root;
    struct flame flame = {.out = out, .profile = profile};
    flame.rows = rows_of(root) < DEPTH_MAX ? rows_of(root) : DEPTH_MAX;
    flame.per_ns = root->total[0] == 0 ? 0 : (WIDTH - 2.0 * MARGIN) / (double)root->total[0];
    flame.most = profile->compared ? largest_change(profile, root) : 0;
    return flame;
}

void profile_svg(FILE *out, const struct profile *profile, const char *title)
{
    struct flame flame = make_flame(out, profile);
    const struct frame *root = profile->root;
    char time[SHOWN_ROOM];
    const int height = TOP + flame.rows * ROW + BOTTOM;
    (void)fprintf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
                  "<style>text{font:12px monospace;fill:#111}g:hover rect{stroke:#000;stroke-width:1}</style>\n"
                  "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
                  "<text x=\"%d\" y=\"22\" style=\"font:bold 16px sans-serif\">",
                  WIDTH, height, WIDTH, height, MARGIN);
    print_escaped(out, title);
    (void)fprintf(out, "</text>\n<text x=\"%d\" y=\"42\">%" PRIu64 " requests, %s of %s", MARGIN, profile->traces[0],
                  show_value(time, "s", sim_ns_to_s(root->total[0])), profile->cpu ? "CPU" : "time");
    if (profile->traces[0] > 0)
        (void)fprintf(out, ", %s a request",
                      show_value(time, "s", sim_ns_to_s(root->total[0]) / (double)profile->traces[0]));
    if (profile->compared && profile->traces[1] > 0)
        (void)fprintf(out, "; compared with %" PRIu64 " requests, %s each", profile->traces[1],
                      show_value(time, "s", sim_ns_to_s(root->total[1]) / (double)profile->traces[1]));
    (void)fputs("</text>\n", out);
    print_frame(&flame, root, MARGIN, 0);
    print_legend(&flame, height);
    (void)fputs("</svg>\n", out);
}

void profile_svg_inside(FILE *out, const struct profile *profile, const char *label)
{
    struct flame flame = make_flame(out, profile);
    const int above = TOP - ROW / 2; /* room for a title, which the page has already */
    const int height = TOP + flame.rows * ROW + BOTTOM;
    (void)fprintf(out, "<svg class=\"flame\" viewBox=\"0 %d %d %d\" role=\"img\" aria-label=\"", above, WIDTH,
                  height - above);
    print_escaped(out, label);
    (void)fputs("\">\n", out);
    print_frame(&flame, profile->root, MARGIN, 0);
    print_legend(&flame, height);
    (void)fputs("</svg>\n", out);
}
