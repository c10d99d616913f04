-- Orders of neighbours in one visit. What goes with another stands as merged into it and has no end; who
-- leads finds those that go with it, and what was reported once finds all whom it served.
create index service_order_by_lead on service_order (district_id, merged_into);
create index service_order_by_delivery on service_order (district_id, delivery_id);
