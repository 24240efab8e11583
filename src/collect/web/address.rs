//! Which addresses are not on the public internet: this machine's, this network's, those of no host at all.
//!
//! From the registries of special-purpose addresses (RFC 6890 and its successors). An IPv6 address that stands for an
//! IPv4 one (mapped, 6to4, NAT64) is judged by that one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is no public one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Loopback, or no address at all, which leads here too.
    ThisMachine,
    /// RFC 1918, RFC 4193.
    Private,
    /// Between a provider and its customers (RFC 6598); some private networks use it.
    Provider,
    /// RFC 3927.
    LinkLocal,
    /// Where a cloud tells its machines who they are, keys among it.
    Metadata,
    /// To many at once.
    Multicast,
    /// Documentation, benchmarks, protocols, and what nobody was given.
    Reserved,
}

use Kind::{LinkLocal, Metadata, Multicast, Private, Provider, Reserved, ThisMachine};

impl Kind {
    /// In words: `an address of this machine`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            ThisMachine => "an address of this machine",
            Private => "an address of a private network",
            Provider => "an address of a provider's own network",
            LinkLocal => "a link-local address",
            Metadata => "an address where a cloud keeps its machines' secrets",
            Multicast => "a multicast address",
            Reserved => "a reserved address",
        }
    }

    /// Whether an operator's own server may be there: then naming it in a `[[source]]` is leave enough.
    #[must_use]
    pub fn may_be_ones_own(self) -> bool {
        matches!(self, ThisMachine | Private | Provider)
    }
}

/// Why it is no public address; `None` if it is one.
#[must_use]
pub fn not_public(address: IpAddr) -> Option<Kind> {
    match address {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => not_public_v6(address),
    }
}

fn not_public_v4(address: Ipv4Addr) -> Option<Kind> {
    Some(match address.octets() {
        [0 | 127, ..] => ThisMachine,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Private,
        // Most clouds, Alibaba's, Oracle's, Azure's
        [169, 254, 169, 254] | [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16] => {
            Metadata
        }
        [100, 64..=127, ..] => Provider,
        [169, 254, ..] => LinkLocal,
        [224..=239, ..] => Multicast,
        // IETF protocols, documentation, the old 6to4 relays, benchmarks, the rest
        [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [240..=255, ..] => Reserved,
        _ => return None,
    })
}

fn not_public_v6(address: Ipv6Addr) -> Option<Kind> {
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        not_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    Some(match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => ThisMachine,
        // IPv4-mapped, NAT64 (RFC 6052), 6to4 (RFC 3056)
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            return embedded(high, low);
        }
        [0x2002, high, low, ..] => return embedded(high, low),
        // Amazon's and Google's
        [0xfd00, 0xec2, ..] | [0xfd20, 0xce, ..] => Metadata,
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Private,
        [0xfe80..=0xfebf, ..] => LinkLocal,
        [0xff00..=0xffff, ..] => Multicast,
        // IETF protocols (Teredo, benchmarks, ORCHID among them), documentation
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Reserved,
        [0x2000..=0x3fff, ..] => return None,
        // Of the rest nothing is given out, IPv4-compatible addresses included
        _ => Reserved,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Option<Kind> {
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
            ("127.0.0.1", ThisMachine),
            ("127.255.255.254", ThisMachine),
            ("0.0.0.0", ThisMachine),
            ("::", ThisMachine),
            ("::1", ThisMachine),
            ("::ffff:127.0.0.1", ThisMachine),
            ("64:ff9b::7f00:1", ThisMachine),
            ("2002:7f00:1::1", ThisMachine),
            ("10.1.2.3", Private),
            ("172.16.0.1", Private),
            ("172.31.255.255", Private),
            ("192.168.1.1", Private),
            ("::ffff:10.0.0.1", Private),
            ("fd00:ec2::254", Metadata),
            ("fd00::1", Private),
            ("fec0::1", Private),
            ("100.64.0.1", Provider),
            ("100.100.100.200", Metadata),
            ("169.254.1.1", LinkLocal),
            ("169.254.169.254", Metadata),
            ("::ffff:169.254.169.254", Metadata),
            ("fe80::1", LinkLocal),
            ("224.0.0.251", Multicast),
            ("ff02::1", Multicast),
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
            assert_eq!(judged(reserved), Some(Reserved), "{reserved}");
        }
    }
}
