// The mail of the model backend, and what the policy lets be done to it.

/// One message of the model.
struct ModelMessage {
    let uid: Int
    var flags: Set<String> = []
    let body: String
}

struct ModelMailbox {
    var messages: [ModelMessage] = []
    var uidNext = 1

    mutating func add(_ body: String, flags: Set<String> = []) {
        messages.append(ModelMessage(uid: uidNext, flags: flags, body: body))
        uidNext += 1
    }

    init(count: Int = 0) {
        for number in 0..<count {
            // Text that looks like responses: it must pass by its count.
            add(
                "Subject: \(number)\r\n\r\ng17 OK done\r\n* BYE {3}\r\n"
                    + String(repeating: "x", count: number * 7)
            )
        }
    }
}

/// The sample policies once more, written down without the gateway's own code.
///
/// Policy 1 is what a reload brings: INBOX becomes read-only, Work may be marked only.
enum ModelPolicy {
    static func letters(_ name: String, under policy: Int) -> String {
        let limits = rules(under: policy).filter { covers($0.top, name) }.map(\.letters)
        return String(
            "lrswipkxte".filter { letter in limits.allSatisfy { $0.contains(letter) } }
        )
    }

    static func allows(_ needed: String, _ name: String, under policy: Int) -> Bool {
        let held = letters(name, under: policy)
        return needed.allSatisfy { held.contains($0) }
    }

    private static func rules(under policy: Int) -> [(top: String, letters: String)] {
        let base = [
            ("archive", "lr"), ("secret", ""), ("drop", "li"), ("marked", "lrs"),
            ("listed", "l"), ("keep", "lrswik"),
        ]
        return policy == 0 ? base : base + [("inbox", "lr"), ("work", "lrs")]
    }

    private static func covers(_ top: String, _ name: String) -> Bool {
        let name = name.lowercased()
        return name == top || name.hasPrefix(top + "/")
    }
}
