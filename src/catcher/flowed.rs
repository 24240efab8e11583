//! Plain text as a reader's program shows it: `format=flowed` joined to paragraphs (RFC 3676, section 4).

/// A paragraph, or a line that stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paragraph {
    /// How deep it is quoted.
    pub quoted: usize,
    /// Its text, without line breaks; empty for an empty line.
    pub text: String,
}

/// How a part's lines are to be read: the parameters of its Content-Type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// Each line for itself.
    Fixed,
    /// `format=flowed`: a space at a line's end is a space, and the line goes on in the next.
    Flowed,
    /// `format=flowed; delsp=yes`: that space isn't part of the text.
    FlowedDelSp,
}

impl Flow {
    /// Whether the line ends in a break that is none of the text's.
    pub(super) fn is_soft(self, line: &str) -> bool {
        self != Self::Fixed && line.ends_with(' ') && unquoted(line).1 != "-- "
    }
}

/// The paragraphs of a decoded part.
pub(super) fn paragraphs(text: &str, flow: Flow) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if flow == Flow::Fixed {
            paragraphs.push(Paragraph {
                quoted: 0,
                text: line.to_owned(),
            });
            continue;
        }
        let soft = flow.is_soft(line);
        let (quoted, mut words) = unquoted(line);
        if soft && flow == Flow::FlowedDelSp {
            words = &words[..words.len().saturating_sub(1)];
        }
        match paragraphs.last_mut() {
            // A change of depth, and the line before a signature, end a paragraph whatever its last line ends in (section 4.5).
            Some(last) if open && last.quoted == quoted && words != "-- " => {
                last.text.push_str(words);
            }
            _ => paragraphs.push(Paragraph {
                quoted,
                text: words.to_owned(),
            }),
        }
        open = soft;
    }
    paragraphs
}

/// A line's depth, and what it says without quote marks and stuffing (sections 4.4 and 4.5).
fn unquoted(line: &str) -> (usize, &str) {
    let words = line.trim_start_matches('>');
    let quoted = line.len() - words.len();
    (quoted, words.strip_prefix(' ').unwrap_or(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, flow: Flow) -> Vec<String> {
        paragraphs(text, flow)
            .into_iter()
            .map(|paragraph| paragraph.text)
            .collect()
    }

    #[test]
    fn soft_breaks_join_and_hard_ones_stay() {
        let text = "The train \r\nruns.\r\n\r\n From here\r\n";
        assert_eq!(
            shown(text, Flow::Flowed),
            ["The train runs.", "", "From here"]
        );
        assert_eq!(
            shown(text, Flow::Fixed),
            ["The train ", "runs.", "", " From here"]
        );
    }

    #[test]
    fn delsp_joins_korean_without_a_space_and_keeps_written_ones() {
        assert_eq!(
            shown("기차가 다 \r\n시 달린다  \r\n오늘\r\n", Flow::FlowedDelSp),
            ["기차가 다시 달린다 오늘"]
        );
    }

    #[test]
    fn a_signature_and_a_change_of_depth_end_a_paragraph() {
        let read = paragraphs("> one \r\n> two \r\nme \r\n-- \r\nAnn\r\n", Flow::Flowed);
        let read: Vec<_> = read
            .iter()
            .map(|paragraph| (paragraph.quoted, paragraph.text.as_str()))
            .collect();
        assert_eq!(read, [(1, "one two "), (0, "me "), (0, "-- "), (0, "Ann")]);
    }
}
