-- Cases 工单: what a person must look at. One case per subject, for good.
create table office_case (
    id char(36) character set ascii collate ascii_bin not null primary key,
    kind varchar(32) character set ascii collate ascii_bin not null,
    subject varchar(120) character set ascii collate ascii_bin not null,
    customer_id varchar(36) character set ascii collate ascii_bin not null,
    amount bigint not null,
    state varchar(16) character set ascii collate ascii_bin not null,
    active bigint not null,
    owner varchar(36) character set ascii collate ascii_bin not null,
    owner_name varchar(80) not null,
    outcome varchar(32) character set ascii collate ascii_bin not null,
    version bigint not null,
    due_at bigint not null,
    opened_at bigint not null,
    closed_at bigint not null,
    unique key office_case_subject (subject),
    key office_case_due (active, due_at, id),
    key office_case_owner (owner, active, due_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- What happened to a case, in order. The text is sealed: people write names into notes.
create table office_case_event (
    id char(36) character set ascii collate ascii_bin not null primary key,
    case_id char(36) character set ascii collate ascii_bin not null,
    seq bigint not null,
    what varchar(16) character set ascii collate ascii_bin not null,
    actor varchar(40) character set ascii collate ascii_bin not null,
    actor_name varchar(80) not null,
    text varchar(4096) character set ascii collate ascii_bin not null,
    at bigint not null,
    unique key office_case_event_seq (case_id, seq)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Corrections of money 更正: proposed by one person, checked by another, bound to what was shown.
create table office_correction (
    id char(36) character set ascii collate ascii_bin not null primary key,
    case_id char(36) character set ascii collate ascii_bin not null,
    direction varchar(16) character set ascii collate ascii_bin not null,
    amount bigint not null,
    reason varchar(4096) character set ascii collate ascii_bin not null,
    hash char(64) character set ascii collate ascii_bin not null,
    state varchar(16) character set ascii collate ascii_bin not null,
    maker varchar(36) character set ascii collate ascii_bin not null,
    maker_name varchar(80) not null,
    checker varchar(36) character set ascii collate ascii_bin not null,
    checker_name varchar(80) not null,
    made_at bigint not null,
    checked_at bigint not null,
    key office_correction_case (case_id, made_at)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
