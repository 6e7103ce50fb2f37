-- Runs of reconciliation 对账: what was compared with what, and what came of it.
create table office_recon (
    id text not null primary key,
    kind text not null,
    scope text not null,
    state text not null,
    asked_by text not null,
    reason text not null,
    from_at integer not null,
    to_at integer not null,
    here_count integer not null,
    here_sum integer not null,
    there_count integer not null,
    there_sum integer not null,
    matched_count integer not null,
    matched_sum integer not null,
    differences integer not null,
    fresh integer not null,
    file_hash text not null,
    started_at integer not null,
    done_at integer not null
) strict;
create index office_recon_started on office_recon (started_at, id);

-- Differences 差异: each once, whichever run saw it first.
create table office_difference (
    id text not null primary key,
    k text not null,
    recon_id text not null,
    kind text not null,
    line_id text not null,
    here_amount integer,
    there_amount integer,
    here_state text not null,
    there_state text not null,
    case_id text not null,
    found_at integer not null,
    unique (k)
) strict;
create index office_difference_recon on office_difference (recon_id);

-- Which differences a run saw, also those that an earlier run had found.
create table office_recon_seen (
    recon_id text not null,
    difference_id text not null,
    primary key (recon_id, difference_id)
) strict;
