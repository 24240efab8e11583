//! The words of dates that are no names: units, halves of the day, eras, and those that say nothing.

use super::civil::Field;

/// A half of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Afternoon,
}

/// What a number is, as the word after it says.
pub(super) fn unit(written: &str, folded: &str, glued: bool) -> Option<Field> {
    match written {
        "年" | "년" => return Some(Field::Year),
        "月" | "월" => return Some(Field::Month),
        "日" | "일" | "号" | "號" => return Some(Field::Day),
        _ => {}
    }
    (glued && folded == "г").then_some(Field::Year)
}

/// What the next number is, as the word before it says.
pub(super) fn announced(folded: &str, number_follows: bool) -> Option<Field> {
    if !number_follows {
        return None;
    }
    match folded {
        "thang" | "thg" | "th" | "tháng" => Some(Field::Month),
        "ngay" => Some(Field::Day),
        "nam" | "ปี" | "พศ" => Some(Field::Year),
        _ => None,
    }
}

pub(super) fn is_hour(written: &str, folded: &str) -> bool {
    matches!(
        folded,
        "h" | "hs"
            | "hr"
            | "hrs"
            | "uhr"
            | "uur"
            | "ч"
            | "час"
            | "год"
            | "heures"
            | "heure"
            | "hod"
            | "gio"
            | "น"
            | "時"
    ) || matches!(written, "時" | "时" | "點" | "点" | "시")
}

pub(super) fn is_minute(written: &str, folded: &str) -> bool {
    matches!(folded, "m" | "min" | "mn" | "мин" | "хв" | "phut") || matches!(written, "分" | "분")
}

pub(super) fn is_second(written: &str, folded: &str) -> bool {
    matches!(folded, "s" | "sec" | "с" | "сек") || matches!(written, "秒" | "초")
}

/// The half of the day that a word says, wherever it stands.
pub(super) fn half(written: &str, folded: &str) -> Option<Half> {
    match written {
        "오전" | "上午" | "午前" | "凌晨" | "早上" | "清晨" => Some(Half::Morning),
        "오후" | "下午" | "午後" | "晚上" | "傍晚" | "中午" => Some(Half::Afternoon),
        _ => match folded {
            "am" | "πμ" | "पूरवाहन" | "सुबह" => Some(Half::Morning),
            "pm" | "μμ" | "अपराहन" | "शाम" => Some(Half::Afternoon),
            _ => None,
        },
    }
}

/// The half of the day that a word says right after a time; elsewhere it is another word.
pub(super) fn half_after(folded: &str) -> Option<Half> {
    match folded {
        "a" | "fm" | "oo" | "sa" | "ptg" | "дп" | "ص" | "صباحا" | "ap" => {
            Some(Half::Morning)
        }
        "p" | "em" | "os" | "ch" | "пп" | "م" | "مساء" | "ip" => Some(Half::Afternoon),
        _ => None,
    }
}

/// The half of the day that a word says right before a time, in Hungarian and Turkish.
pub(super) fn half_before(folded: &str) -> Option<Half> {
    match folded {
        "de" | "oo" => Some(Half::Morning),
        "du" | "os" => Some(Half::Afternoon),
        _ => None,
    }
}

/// What is added to the years of an era that a word names.
pub(super) fn era(written: &str, folded: &str) -> Option<i32> {
    Some(match written {
        "令和" => 2018,
        "平成" => 1988,
        "昭和" => 1925,
        "民國" | "民国" => 1911,
        "พ" => -543,
        _ if folded == "be" => -543,
        _ => return None,
    })
}

/// Words that stand in dates and say nothing, and the labels of dates.
pub(super) fn is_connector(folded: &str) -> bool {
    const WORDS: &str = " t le la the of on de del do den d der af em um a at al das dia el les den dne o в г год года году року р          i sa à aux as in az an и y e et and klo uhr date published publie publication posted updated update mis jour          modified created on le last from by ad ce ac er h hs hr hrs uur น uhr tag час день la il lo lu kl ore klokken ki          veröffentlicht veroffentlicht publicado publicada pubblicato updatedat since ngay luc vao nam 기사입력 입력 수정 등록 발행          أول في الساعة يوم نشر تاريخ النشر เวลา วันที่ เดือน ค ศ พ ";
    WORDS.contains(&format!(" {folded} "))
}
