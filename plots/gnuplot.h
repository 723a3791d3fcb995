/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program gnuplot, found by PATH, run without a shell. */
#ifndef PLOTS_GNUPLOT_H
#define PLOTS_GNUPLOT_H

/* Whether it can be run: 0, or 69 after having printed what to install. */
int gnuplot_find(void);

/* Runs FOLDER/NAME.gp in its folder. 0, or an exit code after having printed why, with what gnuplot said: 69 it is not
 * there, 74 a picture is not whole, 70 anything else. */
int gnuplot_run(const char *folder, const char *name);

#endif
