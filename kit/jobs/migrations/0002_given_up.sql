-- What was given up is asked for on each look at what waits.
create index job_given_up on job (district_id, finished_at) where state = 'dead';
