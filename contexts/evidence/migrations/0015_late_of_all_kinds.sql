-- Not deliveries alone move a closed period: a stock verified later, a figure or a statement do too.
alter table evidence_late add column source_kind text not null default 'delivery';
