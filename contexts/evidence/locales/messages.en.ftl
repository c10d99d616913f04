message-evidence-delivery-returned = Your delivery "{ $title }" ({ $on }) was returned; see why, mend it and submit it again
message-kind-evidence-delivery-returned = A delivery was returned
message-evidence-delivery-withdrawn = Your delivery "{ $title }" ({ $on }) was withdrawn and no longer counts
message-kind-evidence-delivery-withdrawn = A delivery was withdrawn
