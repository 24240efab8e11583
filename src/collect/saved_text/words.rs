//! The words by which a news page's own parts are known, in the languages that agencies publish in.
//! All are compared folded ([`fold`]).

use std::{collections::HashSet, sync::LazyLock};

use icu_normalizer::DecomposingNormalizer;

/// A text without case, accents, kinds of spaces and apostrophes.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain = text.to_lowercase().replace(['’', '‘', '`'], "'");
    let mut folded = String::with_capacity(plain.len());
    for c in DecomposingNormalizer::new_nfd().normalize(&plain).chars() {
        match c {
            '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{655}' | '\u{640}' => {}
            c if c.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => folded.push(c),
        }
    }
    folded.trim().to_owned()
}

/// Phrases, folded.
pub type Phrases = LazyLock<HashSet<String>>;

macro_rules! phrases {
    ($($(#[$doc:meta])* $name:ident = $($phrase:literal)|+;)+) => {
        $($(#[$doc])* pub static $name: Phrases = LazyLock::new(|| [$($phrase),+].iter().map(|phrase| fold(phrase)).collect());)+
    };
}

phrases! {
    /// What opens a cross-reference inside a text.
    CROSS_REFERENCE = "to read also" | "read also" | "also read" | "see also" | "also see" | "to see also" | "listen also" | "to listen also"
        | "also listen" | "listen to also" | "to listen to also" | "watch also" | "also watch" | "to watch also" | "read this also"
        | "also to read" | "to read" | "read next" | "read more" | "further reading" | "more on this" | "related" | "see" | "read"
        | "lire aussi" | "à lire aussi" | "à lire" | "lire" | "lire également" | "à lire également" | "voir aussi" | "à voir aussi"
        | "voir également" | "écouter aussi" | "à écouter aussi" | "à écouter" | "relire" | "à relire" | "(re)lire" | "lire aussi notre dossier" | "regarder aussi"
        | "à regarder aussi" | "lire la suite" | "en savoir plus"
        | "lea también" | "lee también" | "leer también" | "vea también" | "ver también" | "le puede interesar" | "para leer también"
        | "leia também" | "leia mais" | "veja também" | "ler também" | "leggi anche" | "vedi anche" | "da leggere anche"
        | "lesen sie auch" | "lesen sie dazu" | "siehe auch" | "mehr dazu" | "auch interessant" | "lees ook" | "zie ook"
        | "читайте также" | "смотрите также" | "ayrıca okuyun" | "soma pia" | "đọc thêm" | "xem thêm" | "czytaj też" | "citește și"
        | "اقرأ أيضا" | "إقرأ أيضا" | "اقرأ أيضًا" | "للقراءة أيضا" | "شاهد أيضا" | "انظر أيضا" | "اقرأ المزيد"
        | "함께 읽기" | "관련 기사" | "더 읽기" | "같이 보기" | "또한 읽기" | "あわせて読みたい" | "関連記事" | "延伸阅读" | "相关阅读";

    /// Those of them that are furniture when nothing follows them.
    READ_MORE = "read more" | "read next" | "lire la suite" | "en savoir plus" | "leia mais" | "اقرأ المزيد" | "더 읽기" | "related" | "see" | "read" | "lire" | "to read" | "à lire";

    /// What stands before an author's name.
    BYLINE = "text by" | "texts by" | "by" | "written by" | "article by" | "story by" | "report by" | "reporting by" | "author" | "authors"
        | "texte par" | "textes par" | "texte de" | "texte" | "par" | "écrit par" | "rédigé par" | "article de" | "auteur" | "auteurs" | "propos recueillis par"
        | "texto por" | "texto de" | "texto" | "por" | "autor" | "autora" | "text von" | "von" | "testo di" | "di" | "tekst" | "door" | "автор" | "текст"
        | "نص" | "بقلم" | "كتب" | "إعداد" | "글" | "작성" | "기자" | "文";

    /// What stands before the time of publication.
    PUBLISHED = "published on" | "published" | "issued on" | "issued" | "posted on" | "posted" | "first published" | "date"
        | "publié le" | "publiée le" | "publié" | "paru le" | "publicado el" | "publicado em" | "publicado" | "veröffentlicht am" | "pubblicato il"
        | "опубликовано" | "نشرت في" | "نشر في" | "نشرت" | "입력" | "게시";

    /// What stands before the time of the last change.
    UPDATED = "updated on" | "updated" | "last updated" | "last update" | "modified on" | "modified" | "last modified"
        | "modifié le" | "modifiée le" | "mis à jour le" | "mise à jour le" | "mise à jour" | "dernière modification" | "dernière modification le" | "dernière mise à jour"
        | "actualizado el" | "actualizado" | "modificado el" | "atualizado em" | "aktualisiert am" | "aggiornato il" | "آخر تحديث" | "수정";

    /// What heads the list of related articles after the text.
    SAME_SUBJECT = "on the same subject" | "on the same topic" | "on the same theme" | "read on the same subject" | "more on the same subject" | "on this subject"
        | "on this topic" | "related articles" | "related stories" | "related content" | "you may also like" | "also on this subject" | "same subject"
        | "sur le même sujet" | "sur le même thème" | "sur ce sujet" | "dans la même rubrique" | "articles liés" | "à lire sur le même sujet"
        | "sobre el mismo tema" | "sobre o mesmo assunto" | "sobre o mesmo tema" | "artículos relacionados" | "zum gleichen thema" | "zum selben thema" | "mehr zum thema"
        | "sullo stesso argomento" | "over hetzelfde onderwerp" | "по теме" | "на ту же тему" | "في نفس الموضوع" | "حول نفس الموضوع" | "حول الموضوع نفسه" | "مواضيع ذات صلة"
        | "같은 주제" | "같은 주제의 기사" | "관련 기사" | "同じテーマ" | "相关文章" | "kwa mada hiyo hiyo" | "cùng chủ đề";

    /// What heads the list of topics.
    TOPICS = "topics" | "topic" | "tags" | "tag" | "keywords" | "themes" | "subjects" | "filed under" | "thèmes" | "mots-clés" | "sujets" | "étiquettes" | "temas" | "etiquetas"
        | "themen" | "schlagworte" | "argomenti" | "مواضيع" | "الكلمات المفتاحية" | "주제" | "태그" | "키워드";

    /// A page's buttons and labels, whole lines.
    FURNITURE = "i subscribe" | "subscribe" | "subscribe now" | "sign up" | "sign me up" | "log in" | "sign in" | "register" | "follow" | "follow us" | "share" | "share this" | "share this article" | "share :"
        | "print" | "save" | "copy link" | "copy the link" | "link copied" | "comment" | "comments" | "advertising" | "advertisement" | "ad" | "sponsored" | "newsletter" | "newsletters" | "our newsletters"
        | "download the app" | "download app" | "get the app" | "the app" | "continue reading" | "keep reading" | "show more" | "see more" | "load more" | "close" | "back to top" | "top of page" | "play" | "play video" | "listen"
        | "listen to the article" | "listen to this article" | "watch" | "watch the video" | "menu" | "search" | "skip to content" | "accept" | "manage my choices" | "cookies" | "home" | "live" | "send" | "email" | "e-mail" | "your email" | "your email address" | "your e-mail address" | "facebook" | "twitter" | "x" | "whatsapp" | "telegram" | "linkedin" | "messenger" | "most read" | "the most read" | "headlines" | "top stories" | "in the headlines"
        | "je m'abonne" | "s'abonner" | "abonnez-vous" | "je m'inscris" | "s'inscrire" | "inscription" | "se connecter" | "suivre" | "suivez-nous" | "partager" | "partager cet article" | "imprimer" | "enregistrer" | "copier le lien" | "commenter" | "commentaires" | "réagir" | "publicité" | "annonce"
        | "télécharger l'application" | "l'application" | "continuer la lecture" | "poursuivre la lecture" | "voir plus" | "afficher plus" | "fermer" | "retour en haut" | "écouter" | "écouter l'article" | "regarder" | "accueil" | "rechercher" | "les plus lus" | "à la une" | "accepter" | "votre adresse e-mail"
        | "me suscribo" | "suscribirse" | "suscríbase" | "compartir" | "seguir" | "publicidad" | "boletín" | "inscrever-se" | "subscrever" | "partilhar" | "compartilhar" | "publicidade" | "ich abonniere" | "abonnieren" | "teilen" | "folgen" | "anzeige" | "werbung" | "weiterlesen" | "mi iscrivo" | "iscriviti" | "condividi" | "pubblicità"
        | "اشترك" | "أشترك" | "مشاركة" | "شارك" | "إعلان" | "إعلانات" | "تابع" | "النشرة الإخبارية" | "تابعونا" | "구독" | "구독하기" | "공유" | "공유하기" | "광고" | "뉴스레터" | "앱 다운로드" | "팔로우" | "인쇄" | "подписаться" | "поделиться" | "реклама" | "购读" | "分享" | "广告";

    /// What an offer tells the reader to do, as its first word.
    OFFER_VERBS = "receive" | "get" | "follow" | "download" | "subscribe" | "sign" | "join" | "register" | "stay" | "keep" | "never" | "don't" | "take" | "discover" | "find" | "install" | "enjoy" | "want" | "read" | "listen" | "i" | "support"
        | "recevez" | "suivez" | "téléchargez" | "abonnez-vous" | "inscrivez-vous" | "rejoignez" | "restez" | "ne" | "emportez" | "retrouvez" | "découvrez" | "installez" | "profitez" | "je" | "soutenez" | "écoutez" | "lisez"
        | "reciba" | "recibe" | "siga" | "descargue" | "descarga" | "suscríbase" | "suscríbete" | "receba" | "siga-nos" | "baixe" | "subscreva" | "erhalten" | "folgen" | "laden" | "abonnieren" | "ricevi" | "scarica" | "iscriviti" | "segui" | "اشترك" | "اشتركوا" | "تابع" | "تابعوا" | "حمل" | "حملوا" | "احصل" | "احصلوا";

    /// What an offer offers.
    OFFER_NOUNS = "newsletter" | "newsletters" | "app" | "apps" | "application" | "applications" | "appli" | "inbox" | "mailbox" | "e-mail" | "email" | "mail" | "notifications" | "alerts" | "whatsapp" | "telegram" | "channel" | "mobile"
        | "lettre" | "boîte" | "courriel" | "alertes" | "chaîne" | "boletín" | "correo" | "aplicación" | "boletim" | "aplicativo" | "postfach" | "nachrichten-app" | "applicazione" | "النشرة" | "نشرتنا" | "تطبيق" | "التطبيق" | "بريدك" | "بريدكم";

    /// Whom an offer speaks to, or of.
    OFFER_PEOPLE = "your" | "you" | "us" | "our" | "my" | "i" | "votre" | "vos" | "vous" | "nous" | "notre" | "nos" | "je" | "tu" | "ton" | "su" | "tu" | "nuestro" | "nuestra" | "seu" | "sua" | "nosso" | "nossa" | "ihr" | "ihre" | "unser" | "unsere" | "unseren" | "tua" | "nostra";

    /// Words after which no sentence and no crosshead ends.
    UNFINISHED = "a" | "an" | "the" | "of" | "in" | "on" | "at" | "by" | "to" | "for" | "with" | "from" | "and" | "or" | "but" | "that" | "which" | "who" | "whose" | "as" | "after" | "before" | "between" | "against" | "into" | "over" | "under" | "about" | "than" | "is" | "are" | "was" | "were" | "be" | "been" | "has" | "have" | "had" | "will" | "would" | "can" | "could" | "its" | "their" | "his" | "her" | "our" | "this" | "these" | "those" | "said" | "says" | "told" | "called" | "named" | "near" | "during" | "since" | "while" | "when" | "where" | "because" | "if" | "not" | "via" | "according" | "also" | "including" | "it" | "he" | "she" | "they" | "president" | "minister"
        | "le" | "la" | "les" | "l'" | "un" | "une" | "des" | "du" | "de" | "d'" | "au" | "aux" | "en" | "dans" | "sur" | "sous" | "par" | "pour" | "avec" | "sans" | "et" | "ou" | "mais" | "que" | "qu'" | "qui" | "dont" | "où" | "ce" | "cette" | "ces" | "son" | "sa" | "ses" | "leur" | "leurs" | "est" | "sont" | "était" | "a" | "ont" | "avait" | "entre" | "contre" | "vers" | "chez" | "depuis" | "après" | "avant" | "selon" | "comme" | "il" | "elle" | "ils" | "elles" | "ne" | "se" | "s'" | "n'" | "à" | "ministre" | "président"
        | "el" | "los" | "las" | "y" | "del" | "con" | "por" | "para" | "o" | "os" | "as" | "e" | "do" | "da" | "em" | "der" | "die" | "das" | "dem" | "den" | "und" | "mit" | "von" | "vom" | "zu" | "zum" | "im" | "am" | "il" | "lo" | "gli" | "di" | "che" | "nel" | "в" | "и" | "на" | "с" | "من" | "في" | "إلى" | "على" | "عن" | "مع" | "أن" | "التي" | "الذي" | "بين" | "بعد" | "قبل";

    /// Words of a reading time beside its number.
    READING = "min" | "mins" | "minute" | "minutes" | "mn" | "read" | "reading" | "time" | "of" | "to" | "estimated" | "about" | "de" | "lecture" | "temps" | "durée" | "lire" | "à" | "en" | "environ" | "lesezeit" | "lesedauer" | "minuten" | "minuto" | "minutos" | "lectura" | "tiempo" | "leitura" | "tempo" | "lettura" | "di" | "minuti" | "دقيقة" | "دقائق" | "قراءة" | "القراءة" | "وقت" | "مدة" | "분" | "읽기" | "소요" | "мин" | "минут" | "чтения" | "分" | "dk";

    /// Those of them that mean a minute.
    MINUTE = "min" | "mins" | "minute" | "minutes" | "mn" | "minuten" | "minuto" | "minutos" | "minuti" | "دقيقة" | "دقائق" | "분" | "мин" | "минут" | "分" | "dk";

    /// Agencies, and words in an agency's name.
    AGENCY = "afp" | "ap" | "reuters" | "epa" | "efe" | "ansa" | "dpa" | "tass" | "xinhua" | "yonhap" | "kcna" | "kyodo" | "getty" | "lusa" | "anp" | "belga" | "apa" | "keystone" | "tt" | "ntb" | "ritzau" | "maxppp" | "sipa" | "abaca" | "nasa" | "esa" | "who" | "rfi" | "upi" | "pti" | "ani" | "aap" | "news1" | "newsis" | "shutterstock"
        | "press" | "agency" | "agence" | "agencia" | "agentur" | "agenzia" | "wire" | "images" | "image" | "photo" | "photos" | "pictures" | "pool" | "handout" | "courtesy" | "archive" | "archives" | "via" | "presse" | "news" | "연합뉴스" | "뉴스1" | "뉴시스" | "통신" | "رويترز" | "أ";

    /// Small words in a person's name.
    PARTICLES = "de" | "du" | "des" | "la" | "le" | "van" | "von" | "der" | "den" | "bin" | "ibn" | "al" | "el" | "da" | "do" | "dos" | "di" | "y" | "e" | "et" | "and" | "ben" | "abu" | "with" | "avec" | "für" | "for" | "in" | "à";
}

/// Parts of a correspondent's title, in any form.
const CORRESPONDENTS: [&str; 12] = [
    "correspondent",
    "correspondant",
    "envoy",
    "envoye",
    "reporter",
    "corresponsal",
    "correspondente",
    "korrespondent",
    "inviat",
    "enviad",
    "مراسل",
    "특파원",
];
/// What stands before that title.
const OURS: [&str; 22] = [
    "with our",
    "from our",
    "by our",
    "our",
    "avec notre",
    "avec nos",
    "de notre",
    "de nos",
    "par notre",
    "notre",
    "nos",
    "con nuestr",
    "de nuestr",
    "nuestr",
    "com o nosso",
    "com a nossa",
    "do nosso",
    "von unser",
    "mit unser",
    "dal nostr",
    "مع مراسل",
    "من مراسل",
];

/// Whether a folded line opens a correspondent's byline.
#[must_use]
pub fn is_correspondent(folded: &str) -> bool {
    let start = folded.split(',').next().unwrap_or_default();
    OURS.iter().any(|ours| start.starts_with(&fold(ours)))
        && CORRESPONDENTS
            .iter()
            .any(|title| start.contains(&fold(title)))
}
