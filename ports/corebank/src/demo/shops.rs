//! Where the demo's people spend their money.

/// Where somebody shops, for how much. Fen; amounts are whole steps.
#[derive(Clone, Copy)]
pub(super) struct Shop {
    pub(super) name: &'static str,
    pub(super) place: &'static str,
    pub(super) least: i64,
    pub(super) most: i64,
    pub(super) step: i64,
    pub(super) memo: &'static str,
}

const fn shop(
    name: &'static str,
    place: &'static str,
    (least, most): (i64, i64),
    memo: &'static str,
) -> Shop {
    Shop {
        name,
        place,
        least,
        most,
        step: 1,
        memo,
    }
}

const fn fare(name: &'static str, (least, most): (i64, i64), memo: &'static str) -> Shop {
    Shop {
        name,
        place: "",
        least,
        most,
        step: 100,
        memo,
    }
}

pub(super) const ELDER: [Shop; 5] = [
    shop("城东农贸市场", "杭州市上城区凯旋路", (800, 6_500), "买菜"),
    shop("老百姓大药房", "杭州市上城区庆春路", (1_500, 18_000), "药品"),
    shop(
        "物美超市（采荷店）",
        "杭州市上城区采荷路",
        (2_000, 15_000),
        "日用品",
    ),
    shop("知味观", "杭州市上城区仁和路", (1_800, 9_000), "餐饮"),
    fare("杭州公交集团", (200, 200), "公交"),
];
pub(super) const FAMILY: [Shop; 4] = [
    shop(
        "中国石化（文三路站）",
        "杭州市西湖区文三路",
        (20_000, 42_000),
        "加油",
    ),
    shop(
        "盒马鲜生（西溪店）",
        "杭州市西湖区文二西路",
        (4_000, 32_000),
        "生鲜",
    ),
    shop("外婆家（湖滨店）", "杭州市上城区湖滨路", (9_000, 38_000), "餐饮"),
    shop("新华书店", "杭州市上城区解放路", (2_000, 16_000), "图书"),
];
pub(super) const YOUNG: [Shop; 6] = [
    shop("全家便利店", "上海市徐汇区漕溪北路", (600, 4_800), "便利店"),
    fare("上海地铁", (300, 900), "地铁"),
    shop("瑞幸咖啡", "上海市徐汇区宜山路", (990, 3_600), "咖啡"),
    shop("大众点评外卖", "", (1_800, 8_800), "外卖"),
    shop("优衣库（港汇店）", "上海市徐汇区虹桥路", (7_900, 59_900), "服饰"),
    shop("滴滴出行", "", (1_200, 7_600), "打车"),
];
/// Paid once a month by everybody, on this day.
pub(super) const BILLS: [(i8, Shop); 2] = [
    (8, shop("国家电网", "", (6_000, 21_000), "电费")),
    (16, fare("中国移动", (3_000, 12_900), "话费")),
];
