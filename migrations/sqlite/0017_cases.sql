-- Cases 工单: what a person must look at. One case per subject, for good.
create table office_case (
    id text not null primary key,
    kind text not null,
    subject text not null,
    customer_id text not null,
    amount integer not null,
    state text not null,
    active integer not null,
    owner text not null,
    owner_name text not null,
    outcome text not null,
    version integer not null,
    due_at integer not null,
    opened_at integer not null,
    closed_at integer not null,
    unique (subject)
) strict;
create index office_case_due on office_case (active, due_at, id);
create index office_case_owner on office_case (owner, active, due_at);

-- What happened to a case, in order. The text is sealed: people write names into notes.
create table office_case_event (
    id text not null primary key,
    case_id text not null,
    seq integer not null,
    what text not null,
    actor text not null,
    actor_name text not null,
    text text not null,
    at integer not null,
    unique (case_id, seq)
) strict;

-- Corrections of money 更正: proposed by one person, checked by another, bound to what was shown.
create table office_correction (
    id text not null primary key,
    case_id text not null,
    direction text not null,
    amount integer not null,
    reason text not null,
    hash text not null,
    state text not null,
    maker text not null,
    maker_name text not null,
    checker text not null,
    checker_name text not null,
    made_at integer not null,
    checked_at integer not null
) strict;
create index office_correction_case on office_correction (case_id, made_at);
