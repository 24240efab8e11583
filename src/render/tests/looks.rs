//! Invented stories, varied enough to judge a look by.

use super::*;

/// Title, summary, author, minutes, the colour of its picture, a cross-reference.
type Story = (
    &'static str,
    &'static str,
    &'static str,
    u32,
    Option<&'static str>,
    Option<&'static str>,
);

/// Eight stories for readers of a language; two of them are in another one.
pub(super) fn stories(tag: &str) -> Vec<Article> {
    let (own, foreign) = match tag {
        "fr" => (FRENCH, ("en", ENGLISH)),
        "ar" => (ARABIC, ("en", ENGLISH)),
        "ko" => (KOREAN, ("en", ENGLISH)),
        "zh" => (CHINESE, ("en", ENGLISH)),
        _ => (ENGLISH, ("ar", ARABIC)),
    };
    let own = own.iter().map(|story| (tag, story));
    let foreign = foreign.1.iter().map(|story| (foreign.0, story));
    own.chain(foreign)
        .take(8)
        .map(|(tag, story)| told(tag, story))
        .collect()
}

/// A digest of these stories, with all that may stand above and beside them.
pub(super) fn segment(tag: &str, look: &str) -> Segment {
    let mut stories = stories(tag).into_iter();
    let mut take = |forms: &[Form]| -> Vec<Placed> {
        let stories = forms.iter().zip(stories.by_ref());
        stories
            .map(|(form, article)| placed(article, *form))
            .collect()
    };
    let mut sections = vec![
        (Some("korea"), take(&[Form::Lead, Form::Card, Form::Short])),
        (Some("climate"), take(&[Form::Card, Form::Card])),
        (None, take(&[Form::Short, Form::Line, Form::Line])),
    ];
    sections[0].1[1].beside = Arc::new(Beside {
        also: ["Coast Radio", "The Geoje Ledger"]
            .map(|source| Also {
                source: source.into(),
                title: String::new(),
                url: Some("https://ledger.example/yards".into()),
            })
            .into(),
        mark: Some(Mark::Updated),
    });
    let mut segment = super::segment(tag, &["korea", "climate", "sport"], sections);
    segment.key.look = Look(look.into());
    segment
}

fn told(tag: &str, (title, summary, author, minutes, picture, related): &Story) -> Article {
    let image = picture.map(|colour| Image {
        size: crate::domain::ImageSize::new(1600, 901),
        url: format!("https://pictures.example/{colour}.png"),
        alt: String::new(),
        caption: summary
            .split(['.', '؟'])
            .next()
            .unwrap_or_default()
            .to_owned(),
        credit: "M. Okafor / Harbour Pictures".into(),
    });
    let authors = author.split(';').filter(|name| !name.is_empty());
    Article {
        language: Some(language(tag)),
        authors: authors
            .map(|name| Person {
                name: name.into(),
                ..Person::default()
            })
            .collect(),
        reading_minutes: (*minutes > 0).then_some(*minutes),
        image,
        related: related
            .iter()
            .map(|title| Related {
                title: (*title).into(),
                url: Some("https://harbour.example/related".into()),
            })
            .collect(),
        ..article(title, summary)
    }
}

const ENGLISH: &[Story] = &[
    (
        "Seoul and Pyongyang reopen the line that fell silent two winters ago",
        "Officials on both sides picked up the receiver at nine in the morning, exchanged the date and the weather, and agreed to call again in the afternoon. Diplomats call it the smallest possible beginning, and the first in two years.",
        "Jane Roe;Min-jun Park",
        6,
        Some("3f5f7f"),
        Some("What the hotline has carried since 1971"),
    ),
    (
        "Shipyards on the south coast hire again, and the towns around them fill up",
        "Order books reach into 2031. In Geoje the landlords have noticed first.",
        "Harriet Osei",
        4,
        Some("7f5f3f"),
        None,
    ),
    (
        "Parliament votes on the budget tonight",
        "The opposition wants more for child care; the government says the money isn’t there. A majority hangs on three members who have not said how they will vote.",
        "",
        2,
        None,
        None,
    ),
    (
        "The glacier that counted for nothing on the maps",
        "Too small for a name, it fed four villages. Researchers followed its last summer with a tape measure and a thermos flask.",
        "Luis Amaral",
        9,
        Some("4f7f6f"),
        Some("How to read a river’s memory"),
    ),
    (
        "Heat pumps sell out before the first frost",
        "Installers in the north book into spring; a shortage of fitters, not of machines, is what holds them up.",
        "Ines Laurent",
        3,
        None,
        None,
    ),
    (
        "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle closes its last counter",
        "A long word for a small office, and the end of it.",
        "",
        0,
        None,
        None,
    ),
    (
        "A goalkeeper’s third career begins at forty-one",
        "",
        "",
        3,
        None,
        None,
    ),
    (
        "Why the night train is late, explained by the man who waits for it",
        "",
        "",
        5,
        None,
        None,
    ),
];

const FRENCH: &[Story] = &[
    (
        "À Séoul, le téléphone rouge sonne de nouveau après deux hivers de silence",
        "Les deux parties ont décroché à neuf heures, échangé la date et la météo, puis convenu de se rappeler l’après-midi. Le plus petit commencement possible, disent les diplomates.",
        "Claire Vasseur",
        6,
        Some("3f5f7f"),
        Some("Ce que la ligne a transporté depuis 1971"),
    ),
    (
        "Les chantiers navals de la côte sud embauchent, et les villes se remplissent",
        "Les carnets de commandes vont jusqu’en 2031. À Geoje, les propriétaires s’en sont aperçus les premiers.",
        "Hugo Besson",
        4,
        Some("7f5f3f"),
        None,
    ),
    (
        "Le Parlement vote le budget ce soir : « trois voix, pas une de plus »",
        "L’opposition réclame davantage pour la petite enfance ; le gouvernement répond que l’argent manque.",
        "",
        2,
        None,
        None,
    ),
    (
        "Le glacier qui ne comptait pour rien sur les cartes",
        "Trop petit pour un nom, il abreuvait quatre villages.",
        "Inès Laurent",
        9,
        Some("4f7f6f"),
        None,
    ),
    (
        "Les pompes à chaleur épuisées avant les premières gelées",
        "Ce sont les installateurs qui manquent, pas les machines.",
        "",
        3,
        None,
        None,
    ),
    (
        "Une gardienne de but commence sa troisième carrière à quarante et un ans",
        "Elle n’a jamais aimé les tirs au but.",
        "",
        3,
        None,
        None,
    ),
];

const ARABIC: &[Story] = &[
    (
        "سيول وبيونغ يانغ تعيدان فتح الخط الساخن بعد صمت دام شتاءين",
        "رفع مسؤولون من الجانبين السماعة في التاسعة صباحًا، وتبادلوا التاريخ وحالة الطقس، واتفقوا على معاودة الاتصال بعد الظهر. يصفها الدبلوماسيون بأنها أصغر بداية ممكنة.",
        "ليلى حداد",
        6,
        Some("3f5f7f"),
        Some("ما الذي حمله الخط منذ عام 1971"),
    ),
    (
        "أحواض السفن في الساحل الجنوبي توظّف من جديد",
        "تمتد الطلبيات حتى عام 2031، وكان أصحاب البيوت في «جيوجي» أول من لاحظ ذلك.",
        "سامر النجار",
        4,
        Some("7f5f3f"),
        None,
    ),
    (
        "البرلمان يصوّت على الموازنة الليلة",
        "تطالب المعارضة بالمزيد لرعاية الأطفال، وتقول الحكومة إن المال غير متوفر.",
        "",
        2,
        None,
        None,
    ),
    (
        "النهر الجليدي الذي لم يكن له اسم على الخرائط",
        "كان يسقي أربع قرى، وتابع الباحثون صيفه الأخير.",
        "نور خليل",
        11,
        Some("4f7f6f"),
        None,
    ),
    (
        "نفاد المضخات الحرارية قبل أول صقيع",
        "النقص في عدد الفنيين لا في الآلات.",
        "",
        3,
        None,
        None,
    ),
    (
        "حارسة مرمى تبدأ مسيرتها الثالثة في الحادية والأربعين",
        "لم تحب ركلات الترجيح قط.",
        "",
        2,
        None,
        None,
    ),
];

const KOREAN: &[Story] = &[
    (
        "두 겨울 동안 끊겼던 남북 직통전화, 아침 아홉 시에 다시 울렸다",
        "양측 담당자는 날짜와 날씨를 주고받은 뒤 오후에 다시 통화하기로 했다. 외교관들은 가장 작은 시작이라고 말한다.",
        "박민준",
        6,
        Some("3f5f7f"),
        Some("1971년부터 직통전화가 전해 온 것들"),
    ),
    (
        "남해안 조선소가 다시 사람을 뽑는다",
        "수주 잔고는 2031년까지 이어진다. 거제에서는 집주인들이 먼저 알아챘다.",
        "이서연",
        4,
        Some("7f5f3f"),
        None,
    ),
    (
        "국회, 오늘 밤 예산안 표결",
        "야당은 보육 예산을 늘리자고 하고 정부는 재원이 없다고 말한다.",
        "",
        2,
        None,
        None,
    ),
    (
        "지도에 이름도 없던 빙하",
        "네 마을에 물을 대던 작은 빙하의 마지막 여름을 연구자들이 기록했다.",
        "최지우",
        9,
        Some("4f7f6f"),
        None,
    ),
    (
        "첫서리 전에 동난 열펌프",
        "모자란 것은 기계가 아니라 설치 기사다.",
        "",
        3,
        None,
        None,
    ),
    (
        "마흔한 살 골키퍼의 세 번째 시작",
        "승부차기를 좋아한 적은 없다.",
        "",
        3,
        None,
        None,
    ),
];

const CHINESE: &[Story] = &[
    (
        "沉默两个冬天之后，首尔与平壤的热线重新接通",
        "双方官员上午九点拿起听筒，互报日期与天气，并约定下午再通话。外交官称这是最微小的开端，也是两年来的第一次。",
        "陈思远",
        6,
        Some("3f5f7f"),
        Some("这条热线自一九七一年以来传递过什么"),
    ),
    (
        "南部海岸的船厂重新招工，周边小镇渐渐住满",
        "订单已排到二〇三一年。在巨济，房东们最先察觉。",
        "林若兰",
        4,
        Some("7f5f3f"),
        None,
    ),
    (
        "议会今晚表决预算案",
        "反对党要求增加托育经费，政府表示没有财源。",
        "",
        2,
        None,
        None,
    ),
    (
        "地图上没有名字的冰川",
        "它小得没有名字，却养活了四个村庄。研究者记录了它最后的夏天。",
        "周启明",
        9,
        Some("4f7f6f"),
        None,
    ),
    (
        "初霜未至，热泵已经售罄",
        "缺的不是机器，而是安装工人。",
        "",
        3,
        None,
        None,
    ),
    (
        "四十一岁的守门员开始第三段职业生涯",
        "她从来不喜欢点球。",
        "",
        3,
        None,
        None,
    ),
];
