-- Every request of most roles asks which units were merged into theirs.
create index unit_succession_merger on unit_succession (district_id, successor_id) where kind = 'merge';
