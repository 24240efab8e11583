//! Sizes as an operator writes them: `16 MiB`, `500 KiB`, or a number of octets.

use super::{
    form::Reading,
    tree::{Node, Value},
    values::wrong,
};

const UNITS: [(&str, u64); 4] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

/// A number of octets, one at least.
pub fn size(node: &Node) -> Reading<u64> {
    let octets = match (&node.value, node.as_str()) {
        (Value::Integer(number), _) => u64::try_from(*number).ok(),
        (_, Some(text)) => read(text),
        _ => None,
    };
    match octets.filter(|octets| *octets > 0) {
        Some(octets) => Ok(octets),
        None => wrong(node, "a size such as `\"16 MiB\"` is expected"),
    }
}

fn read(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, unit) = UNITS.iter().find_map(|(name, unit)| {
        let at = text.len().checked_sub(name.len())?;
        let (number, end) = (text.get(..at)?, text.get(at..)?);
        end.eq_ignore_ascii_case(name).then_some((number, *unit))
    })?;
    number.trim().parse::<u64>().ok()?.checked_mul(unit)
}

/// A size as [`size`] reads it, in its largest whole unit.
pub fn write(octets: u64) -> String {
    let (name, unit) = UNITS
        .iter()
        .find(|(_, unit)| octets.is_multiple_of(*unit) && octets > 0)
        .unwrap_or(&("B", 1));
    format!("{} {name}", octets / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_written() {
        assert_eq!(read("16 MiB"), Some(16 << 20));
        assert_eq!(read("500kib"), Some(500 << 10));
        assert_eq!(read("12 B"), Some(12));
        assert_eq!(read("MiB"), None);
        assert_eq!(read("99999999999999 GiB"), None);
        assert_eq!(write(16 << 20), "16 MiB");
        assert_eq!(write(1500), "1500 B");
    }
}
