-- Runs of reconciliation 对账: what was compared with what, and what came of it.
create table office_recon (
    id char(36) character set ascii collate ascii_bin not null primary key,
    kind varchar(16) character set ascii collate ascii_bin not null,
    scope varchar(40) character set ascii collate ascii_bin not null,
    state varchar(16) character set ascii collate ascii_bin not null,
    asked_by varchar(36) character set ascii collate ascii_bin not null,
    reason varchar(200) not null,
    from_at bigint not null,
    to_at bigint not null,
    here_count bigint not null,
    here_sum bigint not null,
    there_count bigint not null,
    there_sum bigint not null,
    matched_count bigint not null,
    matched_sum bigint not null,
    differences bigint not null,
    fresh bigint not null,
    file_hash varchar(64) character set ascii collate ascii_bin not null,
    started_at bigint not null,
    done_at bigint not null,
    key office_recon_started (started_at, id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Differences 差异: each once, whichever run saw it first.
create table office_difference (
    id char(36) character set ascii collate ascii_bin not null primary key,
    k varchar(160) character set ascii collate ascii_bin not null,
    recon_id char(36) character set ascii collate ascii_bin not null,
    kind varchar(32) character set ascii collate ascii_bin not null,
    line_id varchar(80) character set ascii collate ascii_bin not null,
    here_amount bigint,
    there_amount bigint,
    here_state varchar(32) character set ascii collate ascii_bin not null,
    there_state varchar(32) character set ascii collate ascii_bin not null,
    case_id char(36) character set ascii collate ascii_bin not null,
    found_at bigint not null,
    unique key office_difference_k (k),
    key office_difference_recon (recon_id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Which differences a run saw, also those that an earlier run had found.
create table office_recon_seen (
    recon_id char(36) character set ascii collate ascii_bin not null,
    difference_id char(36) character set ascii collate ascii_bin not null,
    primary key (recon_id, difference_id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
