// The one spelling of a user name that PAM, policy, backend and trail all see.
import Bytes

/// Canonical user names.
///
/// An allow-list, because every refused octet means something to some server behind: `user*master`
/// logs in as another, `domain/user/box` opens another mailbox, `user+folder` and `user%domain` are
/// rewritten, a tab or line end breaks out of a protocol field. Assumption: names are ASCII. A site
/// with other names maps them in its certificates' map file; letters that only look alike cannot
/// be told apart by policy.
package enum UserName {
    /// A local part and a domain of the longest kind would be 320; no system account passes 255.
    package static let bytesMax = 255

    /// The canonical form, ASCII letters in lower case; nil for anything that is no user name.
    ///
    /// Allowed are letters, digits, `.`, `_`, `-` and one `@` with something on both sides. A name
    /// doesn't begin with `-` or `.`: it would read as an option or as a hidden file.
    package static func canonical(_ octets: [UInt8]) -> String? {
        guard (1...bytesMax).contains(octets.count) else { return nil }
        var name: [UInt8] = []
        name.reserveCapacity(octets.count)
        var domainStart: Int?
        for (offset, octet) in octets.enumerated() {
            switch octet {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): name.append(octet | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"):
                name.append(octet)
            case UInt8(ascii: "."), UInt8(ascii: "-"):
                guard offset > 0 && offset != domainStart else { return nil }
                name.append(octet)
            case UInt8(ascii: "@"):
                guard domainStart == nil, offset > 0, offset + 1 < octets.count else { return nil }
                domainStart = offset + 1
                name.append(octet)
            default: return nil
            }
        }
        return isReserved(name) ? nil : String(decoding: name, as: UTF8.self)
    }

    /// `anonymous` is RFC 4505's guest and `anyone` is RFC 4314's everybody: neither is a person.
    private static func isReserved(_ name: [UInt8]) -> Bool {
        name.span.spells("ANONYMOUS") || name.span.spells("ANYONE")
    }
}
