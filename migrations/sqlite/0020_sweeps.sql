-- What sweeps look for: the oldest first.
create index event_at on event (at);
create index identity_session_over on identity_session (absolute_at);
create index identity_challenge_over on identity_challenge (created_at);
create index identity_enrolment_over on identity_enrolment (created_at);
create index identity_oauth_state_over on identity_oauth_state (created_at);
create index identity_throttle_over on identity_throttle (window_start);
create index outreach_window_over on outreach_window (expires_at);
