-- The other side's own number of a booking, as each side of a difference has it; empty where a channel has none.
alter table office_difference add column here_reference varchar(80) not null default '';
alter table office_difference add column there_reference varchar(80) not null default '';
