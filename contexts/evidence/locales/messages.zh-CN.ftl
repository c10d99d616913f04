message-evidence-delivery-returned = 您记录的活动“{ $title }”（{ $on }）被退回，请看原因，改好后再提交
message-kind-evidence-delivery-returned = 活动被退回
message-evidence-delivery-withdrawn = 您记录的活动“{ $title }”（{ $on }）被撤回，不再计数
message-kind-evidence-delivery-withdrawn = 活动被撤回
