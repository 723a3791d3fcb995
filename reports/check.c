/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/check.h"

#include <math.h>
#include <stdlib.h>

/* ---- one expectation on several seeds ---- */

static bool holds(const struct record_verdict *verdict, double value)
{
    const struct expectation bounds = {
        .min = verdict->min, .max = verdict->max, .above_min = verdict->above_min, .below_max = verdict->below_max};
    return expect_within_bounds(&bounds, value);
}

/* The verdict on one seed that speaks for a `never` or `always`: a failure, else one without data, else the worst. */
static bool speaks_before(const struct record_verdict *one, const struct record_verdict *other)
{
    static const int ranks[] = {[VERDICT_HOLDS] = 0, [VERDICT_NO_DATA] = 1, [VERDICT_FAILS] = 2};
    return ranks[one->result] > ranks[other->result];
}

/* The mean of a reading, or of the time a recovery took. */
static void judge_mean(const struct experiment *experiment, size_t variant, size_t index, struct check_verdict *out)
{
    double sum = 0;
    size_t count = 0, empty = 0;
    for (size_t i = 0; i < out->seeds; i++) {
        const struct record_verdict *verdict = &experiment_record(experiment, variant, i)->verdicts[index];
        empty += verdict->result == VERDICT_NO_DATA;
        count += verdict->value.has_data;
        sum += verdict->value.has_data ? verdict->value.value : 0;
    }
    struct record_verdict *all = &out->verdict;
    all->value.has_data = count == out->seeds;
    all->value.value = count > 0 ? sum / (double)count : 0;
    if (empty > 0)
        all->result = VERDICT_NO_DATA;
    else if (count < out->seeds) /* it did not recover */
        all->result = VERDICT_FAILS;
    else if (all->form == EXPECT_WITHIN)
        all->result = all->value.value <= sim_ns_to_s(all->within) ? VERDICT_HOLDS : VERDICT_FAILS;
    else
        all->result = holds(all, all->value.value) ? VERDICT_HOLDS : VERDICT_FAILS;
}

static void judge(const struct experiment *experiment, size_t variant, size_t index, struct check_verdict *out)
{
    out->verdict = experiment_record(experiment, variant, 0)->verdicts[index];
    out->seeds = experiment->replications;
    const struct record_verdict *worst = &experiment_record(experiment, variant, 0)->verdicts[index];
    for (size_t i = 0; i < out->seeds; i++) {
        const struct record_verdict *verdict = &experiment_record(experiment, variant, i)->verdicts[index];
        out->holding += verdict->result == VERDICT_HOLDS;
        worst = speaks_before(verdict, worst) ? verdict : worst;
    }
    if (out->seeds == 1)
        return;
    if (out->verdict.form == EXPECT_NEVER || out->verdict.form == EXPECT_ALWAYS)
        out->verdict = *worst;
    else
        judge_mean(experiment, variant, index, out);
}

/* ---- all ---- */

static bool all_ran(const struct experiment *experiment, size_t variant)
{
    for (size_t i = 0; i < experiment->replications; i++) {
        if (experiment_record(experiment, variant, i) == NULL)
            return false;
    }
    return true;
}

void check_judge(struct check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        struct check_scenario *scenario = &check->scenarios[i];
        if (!all_ran(check->experiment, i))
            continue;
        scenario->record = experiment_record(check->experiment, i, 0);
        scenario->verdict_count = scenario->record->verdict_count;
        scenario->verdicts = sim_xcalloc(scenario->verdict_count + 1, sizeof *scenario->verdicts);
        for (size_t k = 0; k < scenario->verdict_count; k++)
            judge(check->experiment, i, k, &scenario->verdicts[k]);
        scenario->nothing = scenario->verdict_count == 0 && check->baseline == NULL;
    }
}

size_t check_holding(const struct check_scenario *scenario)
{
    size_t holding = 0;
    for (size_t i = 0; i < scenario->verdict_count; i++)
        holding += scenario->verdicts[i].verdict.result == VERDICT_HOLDS;
    return holding;
}

bool check_scenario_passes(const struct check_scenario *scenario)
{
    return scenario->record != NULL && !scenario->nothing && !scenario->missing && scenario->change_count == 0 &&
           check_holding(scenario) == scenario->verdict_count;
}

void check_fini(struct check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        struct check_scenario *scenario = &check->scenarios[i];
        for (size_t k = 0; k < scenario->change_count; k++) {
            free(scenario->changes[k].phase);
            free(scenario->changes[k].key);
            free(scenario->changes[k].unit);
        }
        for (size_t k = 0; k < scenario->param_count; k++) {
            free(scenario->params[k].path);
            free(scenario->params[k].before);
            free(scenario->params[k].after);
        }
        free(scenario->changes);
        free(scenario->params);
        free(scenario->verdicts);
        free(scenario->reproduce);
    }
    free(check->scenarios);
}
