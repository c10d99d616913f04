//! Traditional characters seen as simplified ones, without moving a single byte.
//!
//! The document keeps its own characters; only the eyes that look for keywords see these.

use std::sync::OnceLock;

const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

/// Traditional then simplified, pair by pair: the characters of the keywords and of unit names.
const PAIRS: &str = "牽牵頭头責责單单門门參参與与協协負负實实負负國国區区縣县鎮镇鄉乡團团黨党員员會会務务業业農农\
漁渔機机關关學学校校廳厅廣广電电視视臺台聯联婦妇總总發发環环境境資资監监督督應应急急財财稅税審审計计統统\
計计衛卫醫医療疗藥药體体育育產产勞劳動动險险障障險险護护規规劃划則则綱纲領领導导幹干戰战線线網网質质量量\
檢检驗验標标準准設设備备館馆處处個个場场戶户項项條条章章節节篇篇種种張张輛辆億亿萬万達达於于過过約约餘余\
將将進进續续繼继組组織织領领級级範范圍围圖图書书陣阵隊队員员師师職职務务專专業业術术創创新新習习訓训練练\
選选舉举辦办開开展展覆覆蓋盖興兴興兴強强廠厂園园現现長长期期預预測测評评價价獎奖勵励經经費费投投幣币減减\
優优勝胜劑剂滿满亞亚際际從从並并爭争來来對对為为無无後后時时間间點点類类數数據据號号傳传媒媒報报紙纸雜杂\
誌志館馆藝艺樣样興兴眾众眾众認认識识論论講讲課课題题讀读調调證证許许議议購购銷销銀银鐵铁錢钱錄录鑒鉴鍵键\
鑰钥鏈链鏡镜鐘钟隨随隱隐難难雙双雲云電电靈灵靜静響响頁页順顺須须預预頒颁領领頻频題题額额顏颜願愿類类風风\
飛飞養养駐驻驅驱驗验體体髮发魚鱼鳥鸟麗丽黃黄齊齐齡龄龍龙歸归歲岁歷历曆历殘残殺杀氣气決决沒没況况淨净湯汤\
溫温準准溝沟滅灭漸渐潔洁濕湿災灾爐炉爾尔犧牺狀状獨独獻献瑪玛環环畢毕異异當当疊叠盡尽盤盘礎础祕秘禮礼禦御\
積积稱称穩稳窮穷競竞筆笔節节範范築筑簡简簽签籌筹糧粮紀纪純纯細细終终結结給给絕绝統统絲丝維维綜综綠绿編编\
緊紧縱纵縮缩績绩織织繪绘罷罢羅罗義义聖圣聞闻聲声聽听肅肃腦脑舊旧艦舰蘇苏處处虛虚號号補补裝装裡里製制複复\
見见觀观覺觉覽览觸触訂订記记訪访設设訴诉評评詞词試试該该詳详誠诚誤误說说誰谁請请諮咨謀谋謠谣譯译護护讓让\
豐丰貝贝貢贡財财貧贫貨货販贩貫贯貴贵貸贷貿贸賀贺賓宾賞赏賢贤賽赛贈赠贏赢趙赵趨趋跡迹踐践車车軍军軌轨軟软\
較较載载輔辅輕轻輝辉輩辈輪轮輯辑輸输轄辖轉转農农運运遊游適适遷迁遠远遲迟遼辽邊边郵邮鄰邻醜丑釋释針针鋼钢\
門门閉闭閱阅闊阔陸陆陽阳階阶隔隔雖虽離离電电鞏巩韌韧顯显飲饮飯饭飾饰館馆騎骑騙骗髒脏鬥斗麼么們们個个倫伦\
偉伟側侧傑杰傷伤傾倾僅仅價价儀仪儘尽兒儿內内兩两冊册凍冻別别刪删剛刚劇剧勢势匯汇厭厌參参員员問问啟启喪丧\
嚴严囑嘱園园圓圆堅坚執执報报塊块墊垫壓压壞坏壯壮壽寿夠够夢梦夾夹奧奥奪夺奮奋嬰婴學学寧宁審审寫写寬宽寶宝\
將将尋寻導导層层屬属岡冈島岛崗岗帥帅師师帳帐帶带幣币幫帮廢废彙汇彌弥彎弯徑径復复徹彻恆恒態态慣惯慶庆憂忧\
憑凭懷怀懸悬戲戏捨舍掃扫採采換换揚扬損损搶抢攜携擁拥擇择擊击擔担據据擴扩攝摄敗败敘叙敵敌數数斷断昇升晉晋\
曉晓暢畅暫暂東东條条楊杨極极構构槍枪標标樂乐樓楼樹树橋桥檔档權权歐欧";

fn table() -> &'static Vec<u16> {
    static TABLE: OnceLock<Vec<u16>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: Vec<u16> = (FIRST..=LAST).map(|c| c as u16).collect();
        let mut chars = PAIRS.chars().filter(|c| !c.is_whitespace());
        while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
            if let Some(cell) = table.get_mut((from as u32).wrapping_sub(FIRST) as usize) {
                *cell = to as u32 as u16;
            }
        }
        table
    })
}

/// One character as a simplified one.
fn simple(table: &[u16], c: char) -> char {
    match (c as u32).checked_sub(FIRST).and_then(|i| table.get(i as usize)) {
        Some(&to) => char::from_u32(u32::from(to)).unwrap_or(c),
        None => c,
    }
}

/// The text with traditional characters replaced; every byte offset means the same in both.
pub(crate) fn fold(text: &str) -> String {
    let table = table();
    if text.chars().all(|c| simple(table, c) == c) {
        return text.to_string();
    }
    text.chars().map(|c| simple(table, c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_moves_no_byte_and_reads_traditional_keywords() {
        let text = "區教育體育局牽頭，區科協配合；責任單位：鎮政府 abc";
        let seen = fold(text);
        assert_eq!(seen, "区教育体育局牵头，区科协配合；责任单位：镇政府 abc");
        assert_eq!(seen.len(), text.len());
    }

    #[test]
    fn no_simplified_character_is_changed() {
        let simplified: Vec<char> = PAIRS.chars().filter(|c| !c.is_whitespace()).skip(1).step_by(2).collect();
        for c in simplified {
            assert_eq!(fold(&c.to_string()), c.to_string());
        }
    }
}
