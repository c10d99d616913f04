//! The words of the hotline's interface: names of fields and states, matched and told, shown to nobody here.

pub(super) const NUMBER: &str = "工单编号";
pub(super) const KIND: &str = "诉求类型";
pub(super) const CONTENT: &str = "诉求内容";
pub(super) const TOWN: &str = "所属区域";
pub(super) const CODE: &str = "查询码";
pub(super) const TITLE: &str = "诉求标题";
pub(super) const NAME: &str = "诉求人姓名";
pub(super) const PHONE: &str = "联系电话";
pub(super) const PLACE: &str = "诉求地址";
pub(super) const ON: &str = "期望日期";
pub(super) const HEADS: &str = "涉及人数";
pub(super) const OUR_NUMBER: &str = "平台编号";
pub(super) const STATE: &str = "办理状态";
pub(super) const STEP: &str = "办理环节";
pub(super) const DEPARTMENT: &str = "承办单位";
pub(super) const TAKEN_AT: &str = "受理时间";
pub(super) const DUE: &str = "办理时限";
pub(super) const VISIT: &str = "上门时间";
pub(super) const WORDS: &str = "办理说明";
pub(super) const ENDED_AT: &str = "办结时间";
pub(super) const CHANGED_AT: &str = "更新时间";

pub(super) const WAITS: &str = "待受理";
pub(super) const ASKED: &str = "待补充";
pub(super) const UNDER_WAY: &str = "办理中";
pub(super) const TO_CALL: &str = "待回访";
pub(super) const DONE: &str = "已办结";

/// What a hotline pushes.
pub(super) const PUSHED: [&str; 10] = [NUMBER, KIND, TITLE, CONTENT, NAME, PHONE, TOWN, PLACE, ON, HEADS];
