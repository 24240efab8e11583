//! Inputs: a good document, and what was done to it.

use bolero::TypeGenerator;

/// A good document with damages.
#[derive(Debug, Clone, TypeGenerator)]
pub struct Damaged {
    seed: u8,
    #[generator(bolero::produce::<Vec<Damage>>().with().len(0_usize..12))]
    damages: Vec<Damage>,
}

/// Some octets are cut out, others put in their place.
#[derive(Debug, Clone, TypeGenerator)]
struct Damage {
    at: u32,
    cut: u8,
    put: Put,
}

#[derive(Debug, Clone, TypeGenerator)]
enum Put {
    Nothing,
    Octets(Vec<u8>),
    Word(u8),
    /// The same word over and over: nesting.
    Many(u8, u16),
    /// Another part of the document.
    Copy {
        from: u32,
        length: u16,
    },
    /// The document ends here.
    End,
}

/// What means something to a parser of XML, HTML, JSON, front matter.
const WORDS: [&str; 64] = [
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml encoding='utf-16'?>",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    "&a;",
    "&#0;",
    "&#xD800;",
    "&#xE000;",
    "&amp;amp;",
    "&nbsp;",
    "&lt;script&gt;",
    "<item>",
    "</item>",
    "<entry>",
    "</entry>",
    "<title>",
    "<title type='html'>",
    "<content type='xhtml'>",
    "<script>",
    "<style>",
    "<svg>",
    "<math>",
    "<table>",
    "<td>",
    "<a href='javascript:x'>",
    "<a href='//b.example/?utm_source=x'>",
    "<img src=x onerror=y>",
    "<img width=1 src='https://a.example/'>",
    "<iframe srcdoc='",
    "<noscript>",
    "<template>",
    "<textarea>",
    "<plaintext>",
    "<base href=//x>",
    "<p style=x>",
    "<form>",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\\u0000",
    "\n",
    "---\n",
    "+++\n",
    "\u{feff}",
    "\u{202e}",
    "\u{e000}",
    "북한",
    "é",
    "<script type='application/ld+json'>",
    "\"@graph\":",
    "<meta property='og:title' content='",
    "<link rel=canonical href='",
    "=",
];

impl Damaged {
    /// The document, as it is now.
    pub fn apply(&self, seeds: &[&[u8]]) -> Vec<u8> {
        let mut bytes = seeds[usize::from(self.seed) % seeds.len()].to_owned();
        for damage in &self.damages {
            let at = damage.at as usize % (bytes.len() + 1);
            let end = (at + usize::from(damage.cut)).min(bytes.len());
            let word = |word: u8| WORDS[usize::from(word) % WORDS.len()].as_bytes();
            let put = match &damage.put {
                Put::Nothing => Vec::new(),
                Put::Octets(octets) => octets.clone(),
                Put::Word(number) => word(*number).to_owned(),
                Put::Many(number, times) => word(*number).repeat(usize::from(*times) % 4000),
                Put::Copy { from, length } => {
                    let from = *from as usize % (bytes.len() + 1);
                    let to = (from + usize::from(*length)).min(bytes.len());
                    bytes[from..to].to_owned()
                }
                Put::End => {
                    bytes.truncate(at);
                    continue;
                }
            };
            bytes.splice(at..end, put);
        }
        bytes
    }
}
