//! Which addresses are not on the public internet: this machine's, this network's, those of no host at all.
//!
//! From the registries of special-purpose addresses (RFC 6890 and its successors). An IPv6 address that stands for an
//! IPv4 one (mapped, 6to4, NAT64) is judged by that one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const THIS_MACHINE: &str = "an address of this machine";
const PRIVATE: &str = "an address of a private network";
const LINK_LOCAL: &str = "a link-local address, where clouds keep their metadata";
const RESERVED: &str = "a reserved address";
const MULTICAST: &str = "a multicast address";

/// What kind of address it is, if it is no public one: `an address of this machine`.
#[must_use]
pub fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => not_public_v6(address),
    }
}

fn not_public_v4(address: Ipv4Addr) -> Option<&'static str> {
    Some(match address.octets() {
        [0 | 127, ..] => THIS_MACHINE,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => PRIVATE,
        [100, 64..=127, ..] => "an address of a provider's own network",
        [169, 254, ..] => LINK_LOCAL,
        [224..=239, ..] => MULTICAST,
        // IETF protocols, documentation, the old 6to4 relays, benchmarks, the rest
        [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [240..=255, ..] => RESERVED,
        _ => return None,
    })
}

fn not_public_v6(address: Ipv6Addr) -> Option<&'static str> {
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        not_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    Some(match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => THIS_MACHINE,
        // IPv4-mapped, NAT64 (RFC 6052), 6to4 (RFC 3056)
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            return embedded(high, low);
        }
        [0x2002, high, low, ..] => return embedded(high, low),
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => PRIVATE,
        [0xfe80..=0xfebf, ..] => LINK_LOCAL,
        [0xff00..=0xffff, ..] => MULTICAST,
        // IETF protocols (Teredo, benchmarks, ORCHID among them), documentation
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => RESERVED,
        [0x2000..=0x3fff, ..] => return None,
        // Of the rest nothing is given out, IPv4-compatible addresses included
        _ => RESERVED,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Option<&'static str> {
        not_public(text.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_public() {
        for address in [
            "1.1.1.1",
            "93.184.215.14",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001:81b::200e",
            "2001:4860:4860::8888",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::1",
        ] {
            assert_eq!(judged(address), None, "{address}");
        }
    }

    #[test]
    fn addresses_of_this_machine_and_network_are_not_whatever_their_form() {
        for (address, kind) in [
            ("127.0.0.1", THIS_MACHINE),
            ("127.255.255.254", THIS_MACHINE),
            ("0.0.0.0", THIS_MACHINE),
            ("::", THIS_MACHINE),
            ("::1", THIS_MACHINE),
            ("::ffff:127.0.0.1", THIS_MACHINE),
            ("64:ff9b::7f00:1", THIS_MACHINE),
            ("2002:7f00:1::1", THIS_MACHINE),
            ("10.1.2.3", PRIVATE),
            ("172.16.0.1", PRIVATE),
            ("172.31.255.255", PRIVATE),
            ("192.168.1.1", PRIVATE),
            ("::ffff:10.0.0.1", PRIVATE),
            ("fd00:ec2::254", PRIVATE),
            ("fec0::1", PRIVATE),
            ("100.64.0.1", "an address of a provider's own network"),
            ("169.254.169.254", LINK_LOCAL),
            ("::ffff:169.254.169.254", LINK_LOCAL),
            ("fe80::1", LINK_LOCAL),
            ("224.0.0.251", MULTICAST),
            ("ff02::1", MULTICAST),
        ] {
            assert_eq!(judged(address), Some(kind), "{address}");
        }
        for reserved in [
            "192.0.2.1",
            "198.51.100.7",
            "203.0.113.9",
            "198.18.0.1",
            "192.88.99.1",
            "240.0.0.1",
            "255.255.255.255",
            "::7f00:1",
            "2001:db8::1",
            "3fff::1",
            "2001::1",
            "100::1",
            "64:ff9b:1::1",
            "4000::1",
        ] {
            assert_eq!(judged(reserved), Some(RESERVED), "{reserved}");
        }
    }
}
