-- Deliveries of one host with as many heads, near a day: asked whenever one is submitted.
create index evidence_delivery_heads on evidence_delivery (district_id, host_id, heads, occurred_on);
