// What the model backend does for a command, and what it says about it.
import Chance

/// A command that has come to the model, in its words.
struct ModelCommand {
    private let verb: String
    private let isUID: Bool
    private let arguments: [Lexeme]
    private let policy: Int

    init(_ words: [Lexeme], policy: Int) {
        isUID = words[0] == .word("UID") && words.count > 1
        verb = isUID ? words[1].text : words[0].text
        arguments = Array(words.dropFirst(isUID ? 2 : 1))
        self.policy = policy
    }

    /// Returns the condition and code of the tagged answer.
    mutating func run(on backend: ModelBackend) -> String {
        let name = argument(0)
        switch verb {
        case "NOOP", "ENABLE", "LOGOUT", "ID": return enable(backend)
        case "LOGIN", "AUTHENTICATE": return "OK [CAPABILITY \(backend.traits.capabilities)]"
        case "CAPABILITY":
            backend.say("* CAPABILITY \(backend.traits.capabilities)\r\n")
            return "OK"
        case "NAMESPACE":
            backend.say("* NAMESPACE ((\"\" \"/\")) ((\"Secret/\" \"/\")) NIL\r\n")
            return "OK"
        case "LIST", "LSUB": return list(on: backend)
        case "STATUS":
            need("lr", name, backend)
            guard backend.mailboxes[name] != nil else { return "NO [NONEXISTENT]" }
            backend.say("* STATUS \"\(name)\" (MESSAGES 3)\r\n* STATUS Secret (MESSAGES 3)\r\n")
            return "OK"
        case "SELECT", "EXAMINE": return select(name, on: backend)
        case "CREATE":
            need("lk", name, backend)
            guard backend.mailboxes[name] == nil else { return "NO [ALREADYEXISTS]" }
            backend.set(name, ModelMailbox())
            return "OK"
        case "DELETE": return delete(name, on: backend)
        case "RENAME": return rename(name, argument(1), on: backend)
        case "SUBSCRIBE", "UNSUBSCRIBE":
            need("l", name, backend)
            return "OK"
        case "APPEND": return append(name, on: backend)
        default: return withSelection(on: backend)
        }
    }

    private func argument(_ index: Int) -> String {
        index < arguments.count ? arguments[index].text : ""
    }

    private func need(_ letters: String, _ name: String, _ backend: ModelBackend) {
        guard !ModelPolicy.allows(letters, name, under: policy) else { return }
        backend.complain("\(verb) of \(name) without \(letters) under policy \(policy)")
    }

    private func enable(_ backend: ModelBackend) -> String {
        guard verb == "ENABLE" else { return "OK" }
        backend.say("* ENABLED \(arguments.map(\.text).joined(separator: " "))\r\n")
        return "OK"
    }

    // MARK: Mailboxes

    private func list(on backend: ModelBackend) -> String {
        for name in backend.mailboxes.keys.sorted() where isListed(name) {
            backend.say("* \(verb) (\\HasNoChildren) \"/\" \"\(name)\"\r\n")
        }
        return "OK"
    }

    /// Knows `*`, `%`, `x/*` and plain names, which is all that clients here ask for.
    private func isListed(_ name: String) -> Bool {
        arguments.contains { pattern in
            let text = pattern.text
            if text == "*" || text == name { return true }
            if text == "%" { return !name.contains("/") }
            return text.hasSuffix("/*") && name.hasPrefix(text.dropLast())
        }
    }

    private func select(_ name: String, on backend: ModelBackend) -> String {
        // Leaving a mailbox by EXAMINE needs no right.
        if verb == "SELECT" || backend.selected != name { need("lr", name, backend) }
        let changing = "swte"
        if verb == "SELECT"
            && !changing.contains(where: { ModelPolicy.allows("\($0)", name, under: policy) })
        {
            backend.complain("SELECT of \(name), which is read-only")
        }
        backend.selected = nil
        guard let box = backend.mailboxes[name], !backend.dice.hits(5) else {
            return "NO [NONEXISTENT]"
        }
        backend.selected = name
        backend.isExamined = verb == "EXAMINE"
        backend.say(
            "* FLAGS (\\Seen \\Deleted)\r\n* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] Secret\r\n"
                + "* \(box.messages.count) EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 7] Secret\r\n"
                + "* OK [UIDNEXT \(box.uidNext)] Secret\r\n"
        )
        return backend.isExamined ? "OK [READ-ONLY]" : "OK [READ-WRITE]"
    }

    private func delete(_ name: String, on backend: ModelBackend) -> String {
        for victim in family(of: name, on: backend) { need("lx", victim, backend) }
        guard backend.mailboxes[name] != nil else { return "NO [NONEXISTENT]" }
        if backend.selected == name { backend.complain("DELETE of the selected mailbox") }
        for victim in family(of: name, on: backend) { backend.set(victim, nil) }
        return "OK"
    }

    private func rename(_ old: String, _ new: String, on backend: ModelBackend) -> String {
        need("lk", new, backend)
        for victim in family(of: old, on: backend) {
            need("lx", victim, backend)
            let place = new + victim.dropFirst(old.count)
            let gained = ModelPolicy.letters(place, under: policy).filter {
                !ModelPolicy.allows("\($0)", victim, under: policy)
            }
            if !gained.isEmpty { backend.complain("RENAME of \(victim) gives \(gained)") }
        }
        guard backend.mailboxes[old] != nil, backend.mailboxes[new] == nil else {
            return "NO [NONEXISTENT]"
        }
        for victim in family(of: old, on: backend) {
            backend.set(new + victim.dropFirst(old.count), backend.mailboxes[victim])
            backend.set(victim, nil)
        }
        return "OK"
    }

    private func family(of name: String, on backend: ModelBackend) -> [String] {
        [name] + backend.mailboxes.keys.filter { $0.hasPrefix(name + "/") }.sorted()
    }

    private func append(_ name: String, on backend: ModelBackend) -> String {
        need("li", name, backend)
        guard backend.mailboxes[name] != nil, case .string(let body)? = arguments.last else {
            return "NO [TRYCREATE]"
        }
        needFlags(arguments.dropFirst().dropLast().map(\.text), name, backend)
        backend.update(name) { $0.add(body) }
        return "OK [APPENDUID 7 \((backend.mailboxes[name]?.uidNext ?? 1) - 1)]"
    }

    private func needFlags(_ words: [String], _ name: String, _ backend: ModelBackend) {
        for word in words {
            switch word {
            case "(", ")": break
            case "\\Seen": need("s", name, backend)
            case "\\Deleted": need("t", name, backend)
            default: if !word.contains("-20") { need("w", name, backend) }
            }
        }
    }

    // MARK: Messages

    private func withSelection(on backend: ModelBackend) -> String {
        guard let name = backend.selected else {
            backend.complain("\(verb) with nothing selected")
            return "BAD"
        }
        switch verb {
        case "CLOSE", "UNSELECT": return leave(name, on: backend)
        case "EXPUNGE": return expunge(name, on: backend)
        case "SEARCH":
            need("r", name, backend)
            backend.say(arguments.contains(.word("RETURN")) ? "" : "* SEARCH 1 2\r\n")
            return "OK"
        case "FETCH": return fetch(name, on: backend)
        case "STORE": return store(name, on: backend)
        case "COPY", "MOVE": return file(name, on: backend)
        default:
            backend.complain("unknown command \(verb)")
            return "BAD"
        }
    }

    private func leave(_ name: String, on backend: ModelBackend) -> String {
        backend.selected = nil
        guard verb == "CLOSE", !backend.isExamined else { return "OK" }
        need("e", name, backend)
        backend.update(name) { $0.messages.removeAll { $0.flags.contains("\\Deleted") } }
        return "OK"
    }

    private func expunge(_ name: String, on backend: ModelBackend) -> String {
        need("e", name, backend)
        if backend.isExamined { return "NO [READ-ONLY]" }
        var number = 0
        for message in backend.mailboxes[name]?.messages ?? [] {
            number += 1
            guard message.flags.contains("\\Deleted") else { continue }
            backend.say("* \(number) EXPUNGE\r\n")
            number -= 1
        }
        backend.update(name) { $0.messages.removeAll { $0.flags.contains("\\Deleted") } }
        return "OK"
    }

    private func fetch(_ name: String, on backend: ModelBackend) -> String {
        need("r", name, backend)
        let items = arguments.dropFirst().map(\.text)
        let setsSeen = items.contains {
            $0.hasPrefix("BODY[") || $0 == "RFC822" || $0 == "RFC822.TEXT"
        }
        if setsSeen && !backend.isExamined {
            need("s", name, backend)
        }
        for (index, message) in (backend.mailboxes[name]?.messages ?? []).enumerated() {
            backend.say("* \(index + 1) FETCH (")
            if backend.dice.hits(30) { backend.say("X-MAILBOX {6}\r\nSecret ") }
            for item in items { describe(message, item, on: backend) }
            backend.say("FLAGS (\(message.flags.sorted().joined(separator: " "))))\r\n")
        }
        return "OK"
    }

    private func describe(_ message: ModelMessage, _ item: String, on backend: ModelBackend) {
        if item == "UID" { backend.say("UID \(message.uid) ") }
        if item == "RFC822.SIZE" { backend.say("RFC822.SIZE \(message.body.utf8.count) ") }
        guard item.hasPrefix("BODY") || item == "RFC822" || item == "RFC822.TEXT" else { return }
        guard item == "RFC822" || item == "RFC822.TEXT" || item.contains("[") else { return }
        let name = item.replacing(".PEEK", with: "")
        backend.say("\(name) {\(message.body.utf8.count)}\r\n\(message.body) ")
    }

    private func store(_ name: String, on backend: ModelBackend) -> String {
        let action = arguments.dropFirst().first?.text ?? ""
        let flags = arguments.dropFirst(2).map(\.text)
        needFlags(flags, name, backend)
        if action.hasPrefix("FLAGS") { need("stw", name, backend) }
        if backend.isExamined { return "NO [READ-ONLY]" }
        backend.update(name) { box in
            for index in box.messages.indices {
                for flag in flags where flag.hasPrefix("\\") {
                    if action.hasPrefix("-") {
                        box.messages[index].flags.remove(flag)
                    } else {
                        box.messages[index].flags.insert(flag)
                    }
                }
            }
        }
        return "OK"
    }

    private func file(_ name: String, on backend: ModelBackend) -> String {
        let target = argument(1)
        need(verb == "MOVE" ? "rte" : "r", name, backend)
        need("li", target, backend)
        guard backend.mailboxes[target] != nil else { return "NO [TRYCREATE]" }
        if verb == "MOVE" && backend.isExamined { return "NO [READ-ONLY]" }
        let bodies = backend.mailboxes[name]?.messages.map(\.body) ?? []
        backend.update(target) { box in for body in bodies { box.add(body) } }
        if verb == "MOVE" {
            backend.say("* OK [COPYUID 7 1 2] Secret\r\n")
            for _ in bodies { backend.say("* 1 EXPUNGE\r\n") }
            backend.update(name) { $0.messages = [] }
            return "OK"
        }
        return "OK [COPYUID 7 1 2]"
    }
}
