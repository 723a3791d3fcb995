-- SPDX-License-Identifier: GPL-3.0-or-later
-- The store: one SQLite file, application_id 0x73696d78 ("simx"), user_version = number of migrations applied.
-- Times are nanoseconds of simulated time since the run's start. A statement block below `-- migration N` is applied
-- when user_version is below N, in one transaction. docs/store.md explains every column.

-- migration 1
CREATE TABLE run (
    run INTEGER PRIMARY KEY,      -- order of storing
    id TEXT NOT NULL UNIQUE,      -- 16 hex digits: what the run is (scenario, seed, version, model)
    scenario TEXT NOT NULL,       -- name of the scenario's file
    title TEXT NOT NULL,
    seed TEXT NOT NULL,           -- unsigned 64-bit decimal
    version TEXT NOT NULL,        -- of simex
    model TEXT NOT NULL,          -- hash of the sources of sim/ and models/
    fingerprint TEXT NOT NULL,    -- 16 hex digits: what happened
    events INTEGER NOT NULL,      -- events dispatched
    until_ns INTEGER NOT NULL,
    window_ns INTEGER NOT NULL,   -- length of a window
    bins INTEGER NOT NULL,        -- bins of equal length that the run is cut into for readings over time
    source TEXT NOT NULL,         -- the scenario, merged, as JSON
    overrides TEXT NOT NULL,      -- JSON: [["path", "value"], ...]
    canonical TEXT NOT NULL       -- what the id is a hash of, without seed, version and model
) STRICT;

CREATE TABLE phase (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    phase INTEGER NOT NULL,       -- 0, 1, ... by time
    name TEXT NOT NULL,
    from_ns INTEGER NOT NULL,
    to_ns INTEGER NOT NULL,
    settle_ns INTEGER NOT NULL,   -- measured from from_ns + settle_ns
    unfinished INTEGER NOT NULL,  -- requests of clients not ended at to_ns
    ended INTEGER NOT NULL,       -- requests of clients that ended in the measured part
    PRIMARY KEY (run, phase)
) STRICT, WITHOUT ROWID;

CREATE TABLE fault (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    name TEXT NOT NULL,
    what TEXT NOT NULL,           -- "postgres.added_latency = 3s"
    at_ns INTEGER NOT NULL,
    until_ns INTEGER,             -- NULL: to the end
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE panel (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    item INTEGER NOT NULL,        -- 0, 1, ... in the scenario's order
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    reading TEXT NOT NULL,        -- "gateway.latency.p95"
    unit TEXT NOT NULL,           -- s, 1 (a ratio), /s, bytes, or what is counted
    PRIMARY KEY (run, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE reading (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    item INTEGER NOT NULL,
    phase INTEGER NOT NULL,
    value REAL,                   -- in the panel's unit; NULL: no data
    samples INTEGER NOT NULL,
    PRIMARY KEY (run, item, phase)
) STRICT, WITHOUT ROWID;

CREATE TABLE bin (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    item INTEGER NOT NULL,
    bin INTEGER NOT NULL,         -- [bin, bin + 1) * until_ns / bins
    value REAL,
    samples INTEGER NOT NULL,
    PRIMARY KEY (run, item, bin)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdict (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    verdict INTEGER NOT NULL,     -- 0, 1, ... in the scenario's order
    name TEXT,
    phase INTEGER NOT NULL,
    item INTEGER NOT NULL,
    min REAL,                     -- NULL: none
    max REAL,
    above_min INTEGER NOT NULL,   -- 1: min itself does not hold
    below_max INTEGER NOT NULL,
    value REAL,
    samples INTEGER NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('holds', 'fails', 'no data')),
    PRIMARY KEY (run, verdict)
) STRICT, WITHOUT ROWID;

CREATE TABLE series (
    series INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    node TEXT NOT NULL,
    part TEXT,                    -- NULL: the node's own
    metric TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('counter', 'gauge', 'histogram')),
    unit TEXT NOT NULL,
    status TEXT,                  -- of the counters `reason`: OK, ERROR, ...
    reason TEXT                   -- of the counters `reason`: "Pool Exhausted", ...
) STRICT;
CREATE INDEX series_of_run ON series (run, node, metric);

CREATE TABLE counter_point (
    series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
    t_ns INTEGER NOT NULL,        -- start of the window
    increase INTEGER NOT NULL,    -- never 0: windows without one are left out
    PRIMARY KEY (series, t_ns)
) STRICT, WITHOUT ROWID;

CREATE TABLE gauge_point (
    series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
    t_ns INTEGER NOT NULL,        -- windows in which nothing changed are left out: `last` goes on
    mean REAL NOT NULL,           -- time-weighted
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    last INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    PRIMARY KEY (series, t_ns)
) STRICT, WITHOUT ROWID;

CREATE TABLE histogram_point (
    series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
    t_ns INTEGER NOT NULL,
    count INTEGER NOT NULL,       -- never 0
    sum_ns INTEGER NOT NULL,
    min_ns INTEGER NOT NULL,
    max_ns INTEGER NOT NULL,
    p50_ns INTEGER NOT NULL,
    p95_ns INTEGER NOT NULL,
    p99_ns INTEGER NOT NULL,
    buckets BLOB NOT NULL,        -- pairs of LEB128: distance from the bucket before, count
    PRIMARY KEY (series, t_ns)
) STRICT, WITHOUT ROWID;

-- What `last` means: the run that was stored, or found stored already, most recently.
CREATE TABLE recent (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    run INTEGER REFERENCES run ON DELETE SET NULL
) STRICT;

-- migration 2
CREATE TABLE responses (
    run INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
    json TEXT NOT NULL            -- what the requests of a script came to, as `simex run --format json` prints it
) STRICT;

-- migration 3
ALTER TABLE panel ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0; -- 1: only expectations read it
ALTER TABLE verdict ADD COLUMN form TEXT NOT NULL DEFAULT 'during'
    CHECK (form IN ('during', 'within', 'never', 'always'));
ALTER TABLE verdict ADD COLUMN state TEXT; -- of a breaker: open, half-open, closed; NULL: a bound
-- What an expectation over windows looked at, and what the windows came to.
CREATE TABLE verdict_windows (
    run INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    instant TEXT,                 -- of `within`: as written, "faults.slow-database.until"
    at_ns INTEGER NOT NULL,
    within_ns INTEGER NOT NULL,
    from_ns INTEGER NOT NULL,     -- the span that was looked at
    to_ns INTEGER NOT NULL,
    step_ns INTEGER NOT NULL,     -- length of a window
    count INTEGER NOT NULL,       -- windows
    bad INTEGER NOT NULL,         -- windows whose reading is not what is wanted
    empty INTEGER NOT NULL,       -- windows without data
    first_bad_ns INTEGER,         -- begin of the first that is bad or empty
    worst REAL,                   -- the reading that is the worst, or the nearest to being bad
    worst_ns INTEGER,             -- begin of its window
    PRIMARY KEY (run, verdict),
    FOREIGN KEY (run, verdict) REFERENCES verdict ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- migration 4
CREATE TABLE prediction (
    prediction INTEGER PRIMARY KEY, -- order of storing
    token TEXT NOT NULL UNIQUE,   -- 16 hex digits: a hash of the card
    scenario TEXT NOT NULL,       -- name of the scenario's file
    title TEXT NOT NULL,
    said TEXT NOT NULL,           -- JSON: a list of sentences
    card TEXT NOT NULL,           -- the score card, as `simex hypothesis --format json` prints it
    hits INTEGER NOT NULL,        -- predictions that were right
    total INTEGER NOT NULL,       -- predictions
    blind INTEGER NOT NULL        -- 1: not revealed yet
) STRICT;
