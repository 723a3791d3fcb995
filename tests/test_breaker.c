/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the circuit breaker (models/breaker.h): hand-worked sequences, in the words of tests/breaker_script.h. */
#include "tests/breaker_script.h"

#include "sim/rng.h"

#include <cjson/cJSON.h>

struct sequence {
    const char *name, *params, *script;
};

#define IN_A_ROW "mode=consecutive threshold=3"
#define ONE "mode=consecutive threshold=1 "
/* The real ones, as docs/breakers.md has them. */
#define RESILIENCE4J "mode=count permits=10 deciding=10 open_for=60s slow_call=60s late_results=true"
#define POLLY "mode=time window_time=30s bucket=3s failure_rate=0.1 open_for=5s late_results=true"
#define HYSTRIX "mode=time window_time=10s minimum_calls=20 open_for=5s late_results=true"
#define LAB "mode=consecutive threshold=3 permits=none late_results=true"
/* Small windows. */
#define LAST(n) "mode=count window_calls=" #n
#define TIMED "mode=time minimum_calls=3 "
/* Half-open at 30 s and 1 ns: after one failure at 0. */
#define HALF "F =O @30+1 "

static const struct sequence consecutive[] = {
    {"opens at the third failure in a row", IN_A_ROW, "F F =C F =O R"},
    {"a success begins the row anew", IN_A_ROW, "F F S F F =C F =O"},
    {"a cancelled call is neither", IN_A_ROW, "F F C =C F =O"},
    {"the default is five", "mode=consecutive", "F*4 =C F =O"},
    {"a threshold of none in a row is one", "mode=consecutive threshold=0", "S =C F =O"},
    {"the order of results counts, not of calls", IN_A_ROW, "a? b? c? d? cF bF aS =C dF F F =O"},
    {"refuses up to 30 s, strictly", IN_A_ROW, "F F @7 F =O @37-1 R @37 R =O @37+1 S =C"},
    {"one probe; the rest is refused", IN_A_ROW, "F*3 @31 a? =H R R aS =C S"},
    {"a failed probe opens for another 30 s", IN_A_ROW, "F*3 @31 a? @33 aF =O @63 R @63+1 a? =H R aS =C"},
    {"closed again it begins at zero", IN_A_ROW, "F*3 @31 S =C F F =C F =O"},
    {"refused calls do not prolong it", IN_A_ROW, "F*3 @29 R R @30+1 S =C"},
    {"no time runs while nobody asks", IN_A_ROW, "F*3 @5000 =O a? =H aS =C"},
    {"open for nothing still refuses at that instant", ONE "open_for=0s", "F R @0+1 S =C"},
    {"open for ever", ONE "open_for=none", "F @1000000 R =O"},
    {"a slow success is a success unless it fails", IN_A_ROW " slow_call=1s", "F F a? @2 aS =C F F =C"},
    {"slower than a second fails, as slow as that does not", ONE "slow_call=1s slow_fails=true",
     "a? b? @1 aS =C @1+1 bS =O"},
    {"slow probe", ONE "slow_call=1s slow_fails=true", HALF "a? @32 aS =O"},
};

static const struct sequence counted[] = {
    {"judges from the minimum on", LAST(10) " minimum_calls=5", "F*4 =C F =O"},
    {"exactly the rate opens", LAST(10) " minimum_calls=5", "S S S F F =C F =O"},
    {"a success may open it", LAST(10) " minimum_calls=4", "F F S =C S =O"},
    {"below the rate it stays", LAST(10) " minimum_calls=4", "F S S S F S S F S S =C F =C"},
    {"it slides", LAST(4) " minimum_calls=4 failure_rate=0.75", "F F S S =C F =C F =C F =O"},
    {"what slid out is forgotten", LAST(4) " minimum_calls=4", "F S S S =C S F =C S S =C F =O"},
    {"the minimum is never above the window", LAST(4) " minimum_calls=100", "F*3 =C F =O"},
    {"a window of one", LAST(1), "S S F =O"},
    {"all must fail", LAST(3) " minimum_calls=3 failure_rate=1", "F F S F F =C F =O"},
    {"a third", LAST(3) " minimum_calls=3 failure_rate=0.33333333333333333", "S S =C F =O"},
    {"29 of 100 is a rate of 0.29", LAST(100) " failure_rate=0.29", "S*71 F*28 =C F =O"},
    {"7 of 100 is a rate of 0.07", LAST(100) " failure_rate=0.07", "S*93 F*6 =C F =O"},
    {"cancelled calls are not in it", LAST(4) " minimum_calls=4", "F F C C C =C S =C S =O"},
    {"cleared when it closes", LAST(4) " minimum_calls=4", "S S F F =O @31 S =C F F F =C F =O"},
    {"slow: as long as the limit is not", LAST(4) " minimum_calls=2 slow_call=2s slow_rate=0.5",
     "a? b? c? d? @2 aS bS =C @2+1 cS =C dS =O"},
    {"slow failures are slow too", LAST(4) " minimum_calls=4 slow_call=1s slow_rate=0.5",
     "a? b? S S =C @2 aF =C bS =O"},
    {"slow successes slide out", LAST(2) " minimum_calls=2 slow_call=1s slow_rate=1", "a? S @2 aS =C S b? @4 bS =C"},
    {"slow rate without a limit means nothing", LAST(2) " slow_rate=0.01", "a? b? @100 aS bS =C"},
    {"slow counted as failed", LAST(4) " minimum_calls=2 slow_call=1s slow_fails=true",
     "a? S S =C @1+1 aS =C b? @3 bS =O"},
    {"resilience4j: 50 of 100", RESILIENCE4J, "S*50 F*49 =C F =O"},
    {"resilience4j: nothing below 100", RESILIENCE4J, "F*99 =C F =O"},
    {"resilience4j: the last 100 of 200", RESILIENCE4J, "S*100 F*49 =C F =O"},
    {"resilience4j: slow calls alone", RESILIENCE4J " window_calls=2", "a? b? @60+1 aS =C bS =O"},
    {"resilience4j: ten decide, five of them failed", RESILIENCE4J " window_calls=2",
     "F F =O @60 R @60+1 F =H F*4 =H S*4 =H S =O"},
    {"resilience4j: ten decide, four of them failed", RESILIENCE4J " window_calls=2", "F F =O @61 F*4 S*5 =H S =C"},
};

static const struct sequence timed[] = {
    {"as old as the window is out", TIMED, "F F @10 F =C"},
    {"younger is in", TIMED, "F F @10-1 F =O"},
    {"by whole seconds", TIMED, "@0.9 F F @10 F =C"},
    {"by whole seconds, in", TIMED, "@0.9 F F @9.999999999 F =O"},
    {"each by itself, out", TIMED "bucket=1ns", "@0.9 F F @10.9 F =C"},
    {"each by itself, in", TIMED "bucket=1ns", "@0.9 F F @10.9-1 F =O"},
    {"some out, some in", TIMED "bucket=1ns", "@1 F @2 F @11 F =C @11.5 F =O"},
    {"successes age too", TIMED, "S*5 @5 F F =C @10-1 F =C @10 F =O"},
    {"after a long silence", TIMED, "F F @1000 F =C F =C F =O"},
    {"the minimum is not clipped", "mode=time window_calls=2 minimum_calls=5", "F*4 =C F =O"},
    {"a bucket longer than the window is as long", TIMED "window_time=2s bucket=60s", "F F @2 F =C F F =O"},
    {"a window that is no multiple: the last bucket in full", TIMED "window_time=1500ms", "@0.2 F F @1.9 F =O"},
    {"and no longer", TIMED "window_time=1500ms", "@0.9 F F @2 F =C"},
    {"cleared when it closes", TIMED "open_for=1s", "F F F =O @1.5 S =C F F =C F =O"},
    {"slow ones age", TIMED "slow_call=1s slow_rate=0.5", "a? b? @2 aS bS =C @11.9 c? @12 S S =C @20 cS =C"},
    {"slow ones count", TIMED "slow_call=1s slow_rate=0.5", "a? b? @2 aS bS =C @11.9 S =O"},
    {"Polly: a tenth of a hundred", POLLY, "S*90 F*9 =C F =O"},
    {"Polly: less than a tenth", POLLY, "S*92 F*9 =C"},
    {"Polly: fewer than a hundred", POLLY, "F*99 =C"},
    {"Polly: 30 s", POLLY, "S*90 @29.9 F*9 =C @30 F =C"},
    {"Polly: one probe after 5 s", POLLY, "S*90 F*10 =O @5 R @5+1 a? =H R aF =O @10+1 R @10+2 S =C"},
    {"Hystrix: half of twenty", HYSTRIX, "S*10 F*9 =C F =O"},
    {"Hystrix: fewer than twenty", HYSTRIX, "F*19 =C F =O"},
    {"Hystrix: ten buckets", HYSTRIX, "F*10 @5 F*9 =C @10 F =C F*9 =C F =O"},
    {"Hystrix: one probe after 5 s", HYSTRIX, "F*20 =O @5 R @5+1 a? R aS =C F*19 =C"},
};

static const struct sequence late[] = {
    {"a late success does not close", ONE, "a? F =O aS =O R"},
    {"nor does it decide half-open", ONE, "a? " HALF "b? =H aS =H R bF =O"},
    {"nor does a late failure open it again", ONE, "a? " HALF "b? =H aF =H bS =C"},
    {"nor prolong it", ONE, "a? F @20 aF =O @30+1 S =C"},
    {"nor count once closed", ONE "open_for=1s", "a? F @2 S =C aF =C"},
    {"nor clear the count", "mode=consecutive threshold=2", "a? F F =O @31 S =C F aS F =O"},
    {"a probe of the half-open before is late in the next", ONE "permits=2",
     HALF "a? b? aF =O @61 c? =H bS =H d? R cS =C"},
    {"a late cancel gives nothing back", ONE "permits=2", HALF "a? b? aF =O @61 c? d? R bC R =H cS =C"},
    {"a call begun before a reset", ONE, "a? close aF =C"},
    {"counted windows too", LAST(2), "a? F F =O aS =O @31 b? =H bS =C F =C"},
    /* Counted: the lab. */
    {"lab: a late success closes OPEN", LAB, "a? F*3 =O aS =C S"},
    {"lab: and clears the count", LAB, "a? F*3 =O aS F F =C F =O"},
    {"lab: a late failure begins the time anew", LAB, "a? F*3 =O @20 aF =O @50 R @50+1 S =C"},
    {"lab: half-open lets all through", LAB, "F*3 @30+1 a? b? c? =H aF =O bS =C cF =C"},
    {"lab: the first failure opens it again", LAB, "F*3 @31 a? b? aF =O R @40 bF @70 R @70+1 a? =H"},
    {"lab: below a raised threshold it stays half-open", LAB, "F*3 threshold:10 @31 F =H F =H S =C"},
    {"lab: and OPEN", LAB, "a? F*3 threshold:10 @20 aF =O @30+1 S =C"},
    {"lab: a lowered threshold acts on the next failure", LAB, "F F threshold:1 =C S =C F =O"},
    {"lab: the count lasts", LAB, "F F threshold:2 =C F =O @31 F =O"},
    {"lab: a threshold of 0", LAB " threshold=0", "a? F =O aS =C F =O"},
    {"lab: a reset closes and clears, what is out still counts", LAB, "a? b? F*3 =O close =C aF F =C bF =O"},
    {"lab: with one permit it comes back", LAB " permits=1", "F*3 threshold:10 @31 a? R aF =H b? R bC =H c? cS =C"},
    /* Counted: resilience4j. */
    {"windows: late results decide half-open", LAST(2) " late_results=true", "a? b? F F =O @31 c? =H aS =C cF bF =O"},
    {"windows: but do nothing in OPEN", LAST(2) " late_results=true", "a? b? F F =O aS bS =O R @30+1 S =C"},
    {"windows: nor prolong it", LAST(2) " late_results=true", "a? b? F F =O @20 aF bF @30+1 S =C"},
    {"windows: and count once closed", LAST(2) " late_results=true", "a? F F =O @31 S =C S aF =O"},
};

static const struct sequence half_open[] = {
    {"the sequence of docs/breakers.md", LAST(4) " minimum_calls=4 permits=2 deciding=2",
     "S @1 F @2 S @3 S =C @4 F =O @20 R @34 R @34.5 a? =H @34.6 b? @34.7 R @34.8 bS =H @34.9 R @35 aF =O @65 R "
     "@66 c? =H cC =H @67 S =H @68 S =C @69 F F F =C @70 F =O"},
    {"five permits, one decides: success", ONE "permits=5", HALF "a? b? c? d? e? =H R bS =C aF cF =C"},
    {"five permits, one decides: failure", ONE "permits=5", HALF "a? b? c? d? e? R bF =O aS =O R"},
    {"five permits in all, not at a time", LAST(1) " permits=5 deciding=5", HALF "S S S S =H a? R aS =C"},
    {"five decide: two failures close", LAST(1) " permits=5 deciding=5",
     HALF "a? b? c? d? e? R aF bF cS dS =H R eS =C"},
    {"five decide: three open", LAST(1) " permits=5 deciding=5", HALF "F F F S =H S =O"},
    {"consecutive: one failure of five opens", ONE "permits=5 deciding=5", HALF "S F S S =H S =O"},
    {"consecutive: five successes close", ONE "permits=5 deciding=5", HALF "S*4 =H S =C"},
    {"more permits than decide", ONE "permits=5 deciding=2", HALF "a? b? c? d? e? aS =H eS =C bF =C"},
    {"never more decide than there are permits", ONE "permits=2 deciding=9", HALF "S =H S =C"},
    {"no limit of permits", ONE "permits=none deciding=3", HALF "a? b? c? d? e? f? =H aS bS =H fS =C"},
    {"the next time all permits are there", ONE "permits=2 deciding=2", HALF "a? b? R aF bS =O @61 a? b? R aS bS =C"},
    {"slow calls keep it open", LAST(1) " permits=2 deciding=2 slow_call=1s", HALF "a? b? @32 aS =H bS =O"},
    {"the time open runs from the decision", LAST(1) " permits=2 deciding=2",
     HALF "a? b? @35 aF @40 bF =O @70 R @70+1 a?"},
    /* Never stuck. */
    {"a cancelled probe gives its permit back", ONE, HALF "a? R aC =H b? R bC =H S =C"},
    {"some cancelled, some not", ONE "permits=3 deciding=3", HALF "a? b? c? R aS bC d? R dS cC =H e? R eS =C"},
    {"permits lowered below the results: good", ONE "permits=5 deciding=5", HALF "S S S =H permits:3 =C"},
    {"permits lowered below the results: bad", ONE "permits=5 deciding=5", HALF "S F S =H permits:2 =O"},
    {"permits lowered with probes out", ONE "permits=5 deciding=5", HALF "a? b? c? aS permits:2 =H R bS =C cF =C"},
    {"permits lowered with all out", ONE "permits=5 deciding=5", HALF "a? b? c? permits:1 R aC R bC R cC d? R dS =C"},
    {"permits raised", ONE "permits=1 deciding=3", HALF "a? R permits:3 b? c? R aS bS =H cS =C"},
    {"deciding lowered", ONE "permits=5 deciding=5", HALF "S S =H deciding:2 =C"},
    {"deciding raised", ONE "permits=5 deciding=2", HALF "S deciding:5 =H S S S =H S =C"},
    {"deciding raised above the permits", ONE "permits=2 deciding=1", HALF "a? b? deciding:7 aS =H R bS =C"},
    {"another mode begins anew", ONE "permits=2 deciding=2", HALF "S mode:count =H S =H a? R aS =C"},
    {"another mode with a probe out", ONE "permits=2 deciding=2", HALF "a? S mode:time =H b? R aS =H bS =C"},
    {"results of the lab's rule are judged no more", ONE "permits=2 deciding=2",
     HALF "S =H late_results:true =H threshold:9 permits:1 a? R aF =H b? R bS =C"},
    {"and back", ONE "permits=1 late_results=true", HALF "threshold:9 F =H F =H late_results:false a? R aS =C"},
    {"a lost probe without a bound", ONE, HALF "a? @9999 R =H aS =C"},
    {"a lost probe with a bound", ONE "half_open_for=10s",
     HALF "a? =H @40+1 R =H @40+2 R =O @70+1 R @70+2 b? =H aS =H bS =C"},
    {"the bound passed long ago", ONE "half_open_for=10s", HALF "a? =H @100 b? =H R aF =H bS =C"},
    {"the bound given while it waits", ONE, HALF "a? @500 R half_open_for:100s b? =H R bF =O"},
};

static const struct sequence live[] = {
    {"threshold lowered: the next failure opens", IN_A_ROW, "F F threshold:2 =C S F =C F =O"},
    {"threshold lowered far", IN_A_ROW " threshold=9", "F*5 threshold:3 =C F =O"},
    {"threshold raised", IN_A_ROW, "F F threshold:5 F F =C F =O"},
    {"threshold raised while open", IN_A_ROW, "F*3 threshold:5 =O R @31 F =O @62 S =C F*4 =C F =O"},
    {"the window shrinks at once", LAST(4) " minimum_calls=4", "F S S S window_calls:2 =C window_calls:4 F =C F =O"},
    {"the window shrinks and grows", LAST(4), "F F S window_calls:2 window_calls:4 S =C"},
    {"the window grows", LAST(2), "S S window_calls:4 F =C F =O"},
    {"the window grows under way", LAST(2) " failure_rate=1", "F S F window_calls:3 S F F =C F =O"},
    {"the minimum", LAST(10) " minimum_calls=10", "F*3 minimum_calls:4 =C F =O"},
    {"the rate acts on the next result", LAST(10) " minimum_calls=5", "F S S S S failure_rate:0.1 =C S =O"},
    {"the time shrinks", TIMED "window_time=60s", "F F @20 window_time:10s window_time:60s F =C F F =O"},
    {"the time grows", TIMED "bucket=1ns", "F F @5 window_time:60s @50 F =O"},
    {"finer buckets", TIMED, "@0.9 F F @5 bucket:1ns @9.99 F =O"},
    {"coarser buckets", TIMED "bucket=1ns", "@0.9 F F @5 bucket:5s @9.99 F =O"},
    {"coarser buckets, then finer", TIMED "bucket=1ns", "@4 F bucket:5s F bucket:1ns F =O"},
    {"open shorter", ONE, "F open_for:10s @10 R @10+1 S =C"},
    {"open longer", ONE, "F @29 open_for:60s @60 R @60+1 S =C"},
    {"slow sooner", ONE "slow_call=10s slow_fails=true", "a? b? @5 aS =C slow_call:1s bS =O"},
    {"off while OPEN closes", ONE, "F =O mode:off =C S S F F F =C"},
    {"on again begins afresh", IN_A_ROW, "F F F mode:off mode:consecutive =C F F =C F =O"},
    {"what began before it was switched on is late", ONE, "mode:off =C mode:consecutive =C F =O mode:off =C"},
    {"off while half-open", ONE, HALF "a? mode:off =C mode:consecutive aF =C"},
    {"another mode forgets what was counted", IN_A_ROW, "F F mode:count mode:consecutive F F =C F =O"},
    {"another mode and what is out", LAST(1), "a? mode:consecutive threshold:1 aF =C F =O"},
    {"another mode while OPEN", ONE, "F =O mode:time @30 R @30+1 S =C"},
    {"killed it comes back closed", ONE, "F =O kill =C restart =C F =O"},
    {"killed with a probe out", ONE, HALF "a? =H kill =C restart S =C F =O @70 b? =H bS =C"},
    {"killed it forgets the count", IN_A_ROW, "F F kill restart F F =C F =O"},
    {"killed it forgets the window", LAST(4), "F F F kill restart F =C F F =C F =O"},
    {"killed it forgets the time", TIMED, "F F kill @1 restart F F =C F =O"},
    {"params while it is down", LAST(4), "F F kill window_calls:2 permits:3 restart F =C F =O"},
    {"a reset closes OPEN", IN_A_ROW, "F F F =O close =C S F F =C F =O"},
    {"a reset clears the count", IN_A_ROW, "F F close F F =C F =O"},
    {"a reset clears the window", LAST(2), "F close F =C F =O"},
    {"a reset while half-open", ONE, HALF "a? close =C aF =C F =O"},
};

static const struct {
    const struct sequence *sequences;
    size_t count;
} tables[] = {{consecutive, SIM_COUNT_OF(consecutive)},
              {counted, SIM_COUNT_OF(counted)},
              {timed, SIM_COUNT_OF(timed)},
              {late, SIM_COUNT_OF(late)},
              {half_open, SIM_COUNT_OF(half_open)},
              {live, SIM_COUNT_OF(live)}};

START_TEST(sequences_worked_by_hand_come_out)
{
    for (size_t i = 0; i < tables[_i].count; i++) {
        const struct sequence *s = &tables[_i].sequences[i];
        script_free(script_run(s->name, s->params, s->script));
    }
}
END_TEST

/* ---- what is told ---- */

static const struct {
    const char *name, *params, *script, *heard;
} told[] = {
    {"consults 0, failures nothing, the opening one 1", IN_A_ROW, "F F F R", "0 0 0 C>O 1 1"},
    {"successes 0", IN_A_ROW, "S", "0 0"},
    {"a probe", IN_A_ROW, "F F F @31 a? R aS", "0 0 0 C>O 1 O>H .5 1 H>C 0"},
    {"a failed probe", IN_A_ROW, "F F F @31 F", "0 0 0 C>O 1 O>H .5 H>O 1"},
    {"the lab: again at each failure above the threshold", LAB, "a? F*3 aF", "0 0 0 0 C>O 1 1"},
    {"the lab: probes beyond the first show 0", LAB, "F*3 @31 a? b? aF bS", "0 0 0 C>O 1 O>H .5 0 H>O 1 O>C 0"},
    {"the lab: not below a raised threshold", LAB, "F*3 threshold:9 @31 F", "0 0 0 C>O 1 O>H .5"},
    {"a reset", IN_A_ROW, "F F F close close", "0 0 0 C>O 1 O>C 0 0"},
    {"late results say nothing", ONE, "a? b? F aS bF", "0 0 0 C>O 1"},
    {"cancelled calls say nothing", ONE, "C", "0"},
    {"a success that opens", LAST(2), "F S", "0 0 C>O 1"},
    {"an undecided half-open", ONE "permits=2 deciding=2", "F @31 S S", "0 C>O 1 O>H .5 .5 0 H>C 0"},
    {"switched off", ONE, "F mode:off S", "0 C>O 1 O>C 0"},
    {"off it says nothing", "mode=off", "S F close", ""},
    {"killed", ONE, "F kill restart S", "0 C>O 1 O>C 0 0"},
    {"decided by a param", ONE "permits=2 deciding=2", "F @31 S permits:1", "0 C>O 1 O>H .5 .5 H>C"},
    {"lapsed", ONE "half_open_for=1s", "F @31 a? @33 R @70 b?", "0 C>O 1 O>H .5 H>O 1 O>H .5"},
};

START_TEST(transitions_and_points_are_told)
{
    for (size_t i = 0; i < SIM_COUNT_OF(told); i++) {
        struct script *script = script_run(told[i].name, told[i].params, told[i].script);
        script_require(script, strcmp(script->heard, told[i].heard) == 0, "heard %s, want %s\n", script->heard,
                       told[i].heard);
        script_free(script);
    }
}
END_TEST

START_TEST(without_a_point_nothing_is_emitted)
{
    struct script *script = script_make(ONE);
    struct breaker_pass pass;
    script->breaker->point = NULL;
    ck_assert(breaker_try(script->breaker, &pass));
    breaker_result(script->breaker, &pass, BREAKER_FAILURE);
    ck_assert(!breaker_try(script->breaker, &pass));
    ck_assert_str_eq(script->heard, "C>O");
    script_free(script);
}
END_TEST

START_TEST(the_lab_tells_of_one_failure_twice)
{
    struct script *script = script_make("mode=consecutive threshold=5 permits=none late_results=true");
    struct breaker_pass pass;
    for (int i = 0; i < 3; i++) {
        ck_assert(breaker_try(script->breaker, &pass));
        breaker_result(script->breaker, &pass, BREAKER_FAILURE);
        breaker_result(script->breaker, &pass, BREAKER_FAILURE);
    }
    ck_assert(!breaker_try(script->breaker, &pass));
    ck_assert_str_eq(script->heard, "0 0 0 C>O 1 1 1");
    script_free(script);
}
END_TEST

static double read_run(struct sim *sim, const char *text)
{
    struct sim_reading reading;
    struct sim_error error;
    ck_assert_msg(sim_reading_find(sim, text, &reading, &error), "%s: %s", text, error.rule);
    return sim_reading_read(&reading, sim->intervals[0].samples, sim->intervals[0].seen).value;
}

START_TEST(metrics_count_what_happened)
{
    static const struct {
        const char *reading;
        double want;
    } table[] = {
        {"guarded.breaker", 31.0 / 40},  {"guarded.breaker.open", 31.0 / 40}, {"guarded.breaker.half_open", 2.0 / 40},
        {"guarded.breaker.opened", 1},   {"guarded.breaker.refused", 3},      {"guarded.breaker.passed", 9},
        {"guarded.breaker.failures", 3}, {"guarded.breaker.successes", 3},    {"guarded.breaker.slow", 2},
        {"guarded.breaker.ignored", 1},  {"guarded.breaker.late", 1},
    };
    struct script *script = script_run("metrics", "mode=consecutive threshold=2 slow_call=1s",
                                       "a? b? S C F F =O R R @2 aS @31 c? R @33 cS =C d? @40 dS F");
    sim_finish(script->sim);
    for (size_t i = 0; i < SIM_COUNT_OF(table); i++)
        ck_assert_double_eq_tol(read_run(script->sim, table[i].reading), table[i].want, 1e-12);
    sim_destroy(script->sim);
    free(script);
}
END_TEST

/* ---- statuses ---- */

START_TEST(statuses_are_failures_successes_or_nothing)
{
    static const struct {
        const char *failures;
        const char *results; /* a letter a status, in their order: F S or C */
    } table[] = {
        {"ERROR,REFUSED,UNAVAILABLE,TIMEOUT", "SSSFFFFC"},
        {"500,404", "SFSFSSSC"},
        {"none", "SSSSSSSC"},
        {"LIMITED,CANCELLED", "SSFSSSSF"},
    };
    for (size_t i = 0; i < SIM_COUNT_OF(table); i++) {
        struct script *script = script_make(ONE);
        script_change(script, "failures", table[i].failures);
        script_change(script, "threshold", "100");
        struct breaker *b = script->breaker;
        for (int status = 0; status < SIM_STATUSES; status++) {
            const int64_t before[] = {b->succeeded.value, b->failed.value, b->ignored.value};
            struct breaker_pass pass;
            ck_assert(breaker_try(b, &pass));
            breaker_status(b, &pass, (enum sim_status)status);
            const int64_t after[] = {b->succeeded.value, b->failed.value, b->ignored.value};
            for (int k = 0; k < 3; k++)
                ck_assert_int_eq(after[k] - before[k], table[i].results[status] == "SFC"[k]);
            ck_assert_int_eq(breaker_counts(b, (enum sim_status)status), table[i].results[status] == 'F');
        }
        script_free(script);
    }
}
END_TEST

/* ---- the presets ---- */

/* All that is out ends, in one way or another; from then on all calls succeed. */
static void must_close(struct script *script)
{
    for (int i = 0; i < CALLS; i++) {
        if (script->out[i] && script->breaker->mode != 0)
            script_end(script, &script->passes[i], i % 2 == 0 ? 'C' : 'F');
        script->out[i] = false;
    }
    /* Old failures may open it once more; ten successes decide every half-open there can be. */
    for (int i = 0; i < 200; i++) {
        struct breaker_pass pass;
        if (i % 10 == 0)
            ck_assert(sim_run(script->sim, script->sim->now + 4 * SIM_S, NULL, NULL));
        if (breaker_try(script->breaker, &pass))
            breaker_result(script->breaker, &pass, BREAKER_SUCCESS);
    }
    script_require(script, script->breaker->state == BREAKER_CLOSED, "does not close\n");
}

/* {"breaker": {...}} in the form of script_make. */
static void preset_words(const char *json, size_t length, char *words, size_t size)
{
    cJSON *root = cJSON_ParseWithLength(json, length);
    const cJSON *breaker = cJSON_GetObjectItemCaseSensitive(root, "breaker"), *param = NULL;
    ck_assert_msg(breaker != NULL, "no preset: %.*s", (int)length, json);
    size_t used = 0;
    cJSON_ArrayForEach(param, breaker)
    {
        char *value = cJSON_IsString(param) ? sim_xstrdup(param->valuestring) : cJSON_PrintUnformatted(param);
        used += (size_t)snprintf(words + used, size - used, "%s=%s ", param->string, value);
        ck_assert_uint_lt(used, size);
        free(value);
    }
    cJSON_Delete(root);
}

START_TEST(the_presets_of_the_docs_open_and_close)
{
    char path[1000], text[20000], words[1000];
    const char *source = getenv("SIMEX_SOURCE");
    (void)snprintf(path, sizeof path, "%s/docs/breakers.md", source == NULL ? "." : source);
    FILE *in = fopen(path, "r");
    ck_assert_msg(in != NULL, "cannot read %s", path);
    const size_t length = fread(text, 1, sizeof text - 1, in);
    text[length] = '\0';
    (void)fclose(in);
    int count = 0;
    for (const char *block = strstr(text, "```json\n"); block != NULL; block = strstr(block, "```json\n")) {
        block += strlen("```json\n");
        preset_words(block, (size_t)(strstr(block, "```") - block), words, sizeof words);
        struct script *script = script_run("preset", words, "=C");
        struct breaker_pass pass;
        while (breaker_try(script->breaker, &pass))
            breaker_result(script->breaker, &pass, BREAKER_FAILURE);
        ck_assert_int_eq(script->breaker->state, BREAKER_OPEN);
        script_at(script, "61");
        must_close(script);
        script_free(script);
        count++;
    }
    ck_assert_int_eq(count, 8);
}
END_TEST

/* ---- any sequence ---- */

static const char *const changes[][2] = {
    {"permits", "1"},         {"permits", "2"},          {"permits", "5"},        {"permits", "none"},
    {"deciding", "1"},        {"deciding", "3"},         {"deciding", "7"},       {"mode", "off"},
    {"mode", "consecutive"},  {"mode", "count"},         {"mode", "time"},        {"mode", "count"},
    {"late_results", "true"}, {"late_results", "false"}, {"threshold", "0"},      {"threshold", "4"},
    {"window_calls", "2"},    {"window_calls", "9"},     {"minimum_calls", "1"},  {"minimum_calls", "6"},
    {"window_time", "500ms"}, {"window_time", "7s"},     {"bucket", "1ns"},       {"bucket", "2s"},
    {"open_for", "0s"},       {"open_for", "3s"},        {"half_open_for", "2s"}, {"half_open_for", "none"},
    {"slow_call", "1s"},      {"slow_call", "none"},     {"slow_fails", "true"},  {"slow_fails", "false"},
    {"failure_rate", "0.2"},  {"failure_rate", "1"},     {"slow_rate", "0.3"},    {"slow_rate", "1"},
};

static uint64_t below(struct sim_rng *rng, uint64_t bound)
{
    return sim_rng_next(rng) % bound;
}

static void any_call(struct script *script, struct sim_rng *rng)
{
    const int i = (int)below(rng, 8);
    if (!script->out[i]) {
        if (script->breaker->mode != 0)
            script->out[i] = breaker_try(script->breaker, &script->passes[i]);
        return;
    }
    if (script->breaker->mode == 0)
        return; /* what ends while it is off is in no book */
    script->out[i] = false;
    script_end(script, &script->passes[i], "SFFC"[below(rng, 4)]);
}

static void any_step(struct script *script, struct sim_rng *rng)
{
    const uint64_t dice = below(rng, 100);
    if (dice < 70) {
        any_call(script, rng);
    } else if (dice < 85) {
        ck_assert(sim_run(script->sim, script->sim->now + (sim_ns)below(rng, 40) * 100 * SIM_MS, NULL, NULL));
    } else if (dice < 98) {
        const size_t k = (size_t)below(rng, SIM_COUNT_OF(changes));
        script_change(script, changes[k][0], changes[k][1]);
    } else if (dice < 99) {
        breaker_close(script->breaker);
    } else {
        (void)script_command(script, "kill");
        (void)script_command(script, "restart");
    }
    script_check(script);
}

START_TEST(no_sequence_of_calls_and_changes_makes_it_stick)
{
    int halves = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct sim_rng rng;
        char text[24];
        struct script *script = script_make("mode=consecutive threshold=2 open_for=3s");
        (void)snprintf(text, sizeof text, "seed %d", (int)seed);
        script->name = "any sequence";
        script->text = text;
        script->breaker->point = NULL;
        sim_rng_init(&rng, seed, "breaker", "sequence");
        for (int i = 0; i < 500; i++) {
            script->heard_length = 0;
            any_step(script, &rng);
            halves += script->breaker->state == BREAKER_HALF_OPEN;
        }
        must_close(script);
        script_free(script);
    }
    ck_assert_int_gt(halves, 10000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("breaker");
    TCase *tests = tcase_create("breaker");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, sequences_worked_by_hand_come_out, 0, SIM_COUNT_OF(tables));
    tcase_add_test(tests, transitions_and_points_are_told);
    tcase_add_test(tests, without_a_point_nothing_is_emitted);
    tcase_add_test(tests, the_lab_tells_of_one_failure_twice);
    tcase_add_test(tests, metrics_count_what_happened);
    tcase_add_test(tests, statuses_are_failures_successes_or_nothing);
    tcase_add_test(tests, the_presets_of_the_docs_open_and_close);
    tcase_add_test(tests, no_sequence_of_calls_and_changes_makes_it_stick);
    suite_add_tcase(suite, tests);
    return kit_run(suite);
}
