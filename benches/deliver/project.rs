//! A project of many readers and enough news for mails of a wanted size.

use std::{fmt::Write as _, fs, path::Path};

/// How mails are signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    Not,
    Ed25519,
    Rsa,
}

/// Writes it: `readers` in a dozen of segments, `articles` each some 1.4 kB of a mail.
pub fn write(
    folder: &Path,
    readers: usize,
    articles: usize,
    connections: u32,
) -> std::io::Result<()> {
    fs::create_dir_all(folder.join("subscribers"))?;
    fs::create_dir_all(folder.join("articles"))?;
    fs::create_dir_all(folder.join("templates"))?;
    let topics = ["sport", "trade", "science"];
    let words = "The harbour was quiet when the first of the ships came in with the morning tide and nobody knew yet what it carried or for whom it was meant. ";
    for number in 0..articles {
        let topic = topics[number % topics.len()];
        let summary = words.repeat(1 + number % 3);
        let text = format!(
            "+++\ntitle = \"Story {number}: what the tide brought in, and who paid for it\"\nurl = \"https://bench.example/{number}\"\nlanguage = \"en\"\ntags = [\"{topic}\"]\nsummary = \"{summary}\"\n+++\n{summary}\n"
        );
        fs::write(folder.join(format!("articles/{number:03}.md")), text)?;
    }
    let mut rows = String::from("address,name,topics\n");
    for number in 0..readers {
        let topic = ["*", "sport OR trade OR science", "*"][number % 3];
        let domain = number % 9;
        let _ = writeln!(
            rows,
            "reader{number}@d{domain}.example,Reader {number},{topic}"
        );
    }
    fs::write(folder.join("subscribers/all.csv"), rows)?;
    let mut text = format!(
        "[publisher]\nname = \"Bench\"\npostal_address = \"1 Bench Street\"\n\
         [[source]]\nkind = \"folder\"\nname = \"bench\"\npath = \"articles\"\n\
         [[edition]]\nid = \"daily\"\nname = \"The Bench\"\nfrom = \"The Bench <news@bench.example>\"\nmax_articles = 100\n\
         [[relay]]\nurl = \"smtp://127.0.0.1:PORT\"\nconnections = {connections}\n"
    );
    for topic in topics {
        let _ = write!(
            text,
            "[[topic]]\nid = \"{topic}\"\nnames = {{ en = \"{topic}\" }}\n"
        );
    }
    fs::write(folder.join("template.toml"), text)
}

/// Lets it send to a port, signed so.
pub fn configure(folder: &Path, port: u16, signed: Signed, keys: &[(Signed, String)]) {
    let text = fs::read_to_string(folder.join("template.toml")).expect("it was written");
    let mut text = text.replace("PORT", &port.to_string());
    for (_, dkim) in keys.iter().filter(|(kind, _)| *kind == signed) {
        text.push_str(dkim);
    }
    fs::write(folder.join("postrider.toml"), text).expect("it can be written");
}
