//! Names and texts of the made-up city. No institution, street or person is meant.

use rand::{RngExt as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;

const BRANDS: [&str; 48] = [
    "小禾苗",
    "向阳花",
    "蒲公英",
    "小橡树",
    "月亮船",
    "摇篮",
    "芽芽",
    "暖阳",
    "小脚丫",
    "七色光",
    "萤火虫",
    "小松鼠",
    "云朵",
    "青苹果",
    "小海豚",
    "豆豆",
    "果果",
    "棉花糖",
    "小星星",
    "太阳花",
    "小水滴",
    "童心",
    "启慧",
    "小荷",
    "安安",
    "乐享",
    "小木马",
    "小蜗牛",
    "红气球",
    "纸飞机",
    "彩虹桥",
    "春芽",
    "小鹿",
    "布谷",
    "麦田",
    "石榴籽",
    "木棉",
    "小柚子",
    "知了",
    "白鹭",
    "小满",
    "稻香",
    "新蕾",
    "初阳",
    "慧心",
    "贝壳",
    "小雨点",
    "风铃",
];

/// Communities and streets are made of two parts, so that there are many and none is a known one by intent.
const PLACES: [&str; 40] = [
    "柳溪", "望湖", "青石", "桂香", "云栖", "杏林", "竹园", "荷塘", "枫桥", "梅园", "松涛", "兰亭", "莲花", "石榴",
    "银杏", "海棠", "丁香", "芙蓉", "梧桐", "紫藤", "春晓", "秋实", "晨光", "夕照", "和平", "幸福", "长乐", "永安",
    "新丰", "广济", "清泉", "白云", "碧波", "金桥", "玉带", "文昌", "育才", "师苑", "纺工", "船埠",
];

const COMMUNITY_ENDS: [&str; 20] = [
    "", "东", "西", "南", "北", "里", "园", "苑", "湾", "桥", "一村", "二村", "三村", "新村", "家园", "花园", "公馆",
    "雅居", "名邸", "嘉园",
];

const STREET_ENDS: [&str; 6] = ["路", "街", "巷", "东路", "西路", "大道"];

const WORKPLACES: [&str; 12] = [
    "软件园",
    "纺织厂",
    "高新园",
    "物流港",
    "装备产业园",
    "生物医药园",
    "电子产业园",
    "公交集团",
    "水务集团",
    "农商行",
    "供电所",
    "创意产业园",
];

const SURNAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马",
    "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾",
    "彭", "吕",
];

const GIVEN: [&str; 48] = [
    "一诺", "沐辰", "若汐", "宇轩", "梓涵", "浩然", "欣怡", "子墨", "雨桐", "奕辰", "诗涵", "景行", "可欣", "书航",
    "语晨", "亦安", "知夏", "星野", "安然", "乐天", "清越", "嘉禾", "锦程", "沐阳", "念慈", "予安", "思远", "婉宁",
    "承泽", "芷若", "修远", "听澜", "慕言", "南星", "拾光", "云舒", "朗朗", "米朵", "团团", "可乐", "元宝", "糯米",
    "小满", "豆包", "果儿", "安安", "圆圆", "多多",
];

fn one<'a>(rng: &mut ChaCha8Rng, words: &[&'a str]) -> &'a str {
    words.choose(rng).copied().unwrap_or_default()
}

pub fn brand(rng: &mut ChaCha8Rng) -> &'static str {
    one(rng, &BRANDS)
}

pub fn workplace(rng: &mut ChaCha8Rng) -> &'static str {
    one(rng, &WORKPLACES)
}

/// `柳溪花园`
pub fn community(rng: &mut ChaCha8Rng) -> String {
    format!("{}{}", one(rng, &PLACES), one(rng, &COMMUNITY_ENDS))
}

/// `柳溪路128号`
pub fn street(rng: &mut ChaCha8Rng) -> String {
    format!("{}{}{}号", one(rng, &PLACES), one(rng, &STREET_ENDS), rng.random_range(1..=680))
}

/// `王一诺`
pub fn child(rng: &mut ChaCha8Rng, surname: &str) -> String {
    format!("{surname}{}", one(rng, &GIVEN))
}

pub fn surname(rng: &mut ChaCha8Rng) -> &'static str {
    one(rng, &SURNAMES)
}

/// Every text says first that the nursery does not exist.
pub fn about(rng: &mut ChaCha8Rng) -> String {
    const STRENGTHS: [&str; 8] = [
        "每天不少于两小时户外活动，活动室朝南，采光充足。",
        "教室与卧室分开，卫生间就在班内，老师随时看得到每个孩子。",
        "餐食现做，过敏原当日公示，家长可以看留样记录。",
        "小班额回应式照护，固定老师带班，入园前一周可以陪伴适应。",
        "紧邻社区卫生服务中心，保健医生每周来园。",
        "监控全覆盖并保存九十天以上，家长可以按规定申请查看。",
        "开设亲子适应课，第一次分离可以先从两小时开始。",
        "绘本、音乐与感官游戏并重，不教识字算术。",
    ];
    const PEOPLE: [&str; 4] = [
        "保育人员均持证上岗，每年复训急救与心理健康。",
        "负责人有多年儿科护理经验，全员接受过婴幼儿急救培训。",
        "老师稳定，平均从业五年以上。",
        "保育员、保健员、安保员配备齐全，岗位职责公示在门口。",
    ];
    let first = one(rng, &STRENGTHS);
    let second = loop {
        let second = one(rng, &STRENGTHS);
        if second != first {
            break second;
        }
    };
    format!("【演示数据，机构为虚构】{first}{}{second}", one(rng, &PEOPLE))
}

pub fn bring(rng: &mut ChaCha8Rng) -> String {
    const BRING: [&str; 4] = [
        "替换衣裤两套、室内鞋、水杯、纸尿裤（如需要），请都写上名字。",
        "奶粉与奶瓶（如需要）、安抚物、小被子、替换衣物一套。",
        "水杯、汗巾、替换衣裤两套；雨天请带雨鞋。被褥由园方提供并每周清洗。",
        "纸尿裤、湿巾、替换衣物、熟悉的小玩具一件。",
    ];
    one(rng, &BRING).to_owned()
}

pub fn health(rng: &mut ChaCha8Rng) -> String {
    const HEALTH: [&str; 3] = [
        "入园晨检：体温、口腔、手心。发热37.3℃及以上请在家休息，退热满二十四小时再来。",
        "首次入园请带预防接种证和近三个月的健康检查表。用药须有医嘱并由家长签字委托。",
        "手足口、水痘等传染病流行期间每日午检加测体温；患病儿童凭医生证明复园。",
    ];
    one(rng, &HEALTH).to_owned()
}

/// Why a nursery keeps closed now and then.
pub fn closure(rng: &mut ChaCha8Rng) -> String {
    const REASONS: [&str; 4] = ["教师培训", "设备检修", "全园消毒", "家长开放日筹备"];
    one(rng, &REASONS).to_owned()
}
