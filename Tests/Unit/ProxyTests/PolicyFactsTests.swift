// What rules must know of users and mailboxes, and sessions that outlast what was known.
import Audit
import Authentication
import Bytes
import Policy
import Proxy
import Testing

@Suite("What policies must know")
struct PolicyFactsTests {
    private static let plain = Settings.sample(rules: [])

    private static func uses(_ mode: Rule.Mode = .enforce) -> Settings {
        var rule = Rule.sample("trash", [], "lr")
        rule.specialUses = SpecialUses(.trash)
        rule.mode = mode
        return .sample(rules: [rule], revision: "r2")
    }

    private static func groups(_ mode: Rule.Mode = .enforce) -> Settings {
        var rule = Rule.sample("temps", ["**"], "lr")
        rule.who = Audience(unixGroups: ["temps"])
        rule.mode = mode
        return .sample(rules: [rule], revision: "r2")
    }

    // MARK: Special uses

    @Test func aReloadAsksAtOnceAndShutsWhatIsSelected() {
        let talk = Conversation.selected("Bin", settings: Self.plain)
        talk.reload(Self.uses())
        #expect(talk.heardByBackend() == "g17 LIST (SPECIAL-USE) \"\" \"*\"\n")
        #expect(talk.client("a STORE 1 +FLAGS (\\Seen)\n") == "")
        let heard = talk.backend("* LIST (\\Trash) \"/\" Bin\ng17 OK\n")
        #expect(heard.hasPrefix("* OK [READ-ONLY]"))
        #expect(heard.hasSuffix("a NO [NOPERM] Mailbox is read-only by policy\n"))
        #expect(talk.heardByBackend() == "")
    }

    @Test func aReloadInterruptsAnIdle() {
        let talk = Conversation.selected("Bin", settings: Self.plain)
        talk.client("a IDLE\n")
        talk.backend("+ idling\n")
        _ = talk.heardByBackend()
        talk.reload(Self.uses())
        #expect(talk.heardByBackend() == "DONE\n")
        talk.backend("g17 OK\n")
        #expect(talk.heardByBackend() == "g18 LIST (SPECIAL-USE) \"\" \"*\"\n")
        let heard = talk.backend("* LIST (\\Trash) \"/\" Bin\ng18 OK\n")
        #expect(heard == "* OK [READ-ONLY] Mailbox is read-only by policy\n")
        #expect(talk.heardByBackend() == "g19 IDLE\n")
        talk.backend("+ idling\n")
        talk.client("DONE\n")
        #expect(talk.backend("g19 OK\n") == "a OK IDLE completed\n")
    }

    @Test("a reload ends sessions whose backend does not say it", arguments: ["", "NO"])
    func endsWithoutAnAnswer(answer: String) {
        let capabilities =
            answer.isEmpty ? "IMAP4rev1 UNSELECT LIST-EXTENDED" : Conversation.capabilities
        let talk = Conversation.selected(
            "Bin",
            settings: Self.plain,
            capabilities: capabilities
        )
        talk.reload(Self.uses())
        if !answer.isEmpty { talk.backend("g17 \(answer)\n") }
        let bye = "* BYE Mail server does not say what mailboxes are for\r\n"
        #expect(talk.clientHeard.hasSuffix(bye))
        #expect(talk.isClosed)
        #expect(
            talk.records.contains { $0.event == .backendLogin && $0.verdict == .disconnect }
        )
    }

    @Test func inReportModeASessionGoesOnWithoutAnAnswer() {
        let talk = Conversation.selected(
            "Bin",
            settings: Self.plain,
            capabilities: "IMAP4rev1 UNSELECT"
        )
        talk.reload(Self.uses(.report))
        #expect(!talk.isClosed)
        #expect(
            talk.records.contains { $0.event == .backendLogin && $0.verdict == .wouldDeny }
        )
        talk.client("a STORE 1 +FLAGS (\\Seen)\n")
        #expect(talk.heardByBackend() == "g17 STORE 1 +FLAGS (\\Seen)\n")
    }

    @Test func inReportModeASessionGoesOnWhenTheAnswerWouldBeOld() {
        let talk = Conversation.loggedIn(
            settings: Self.uses(.report),
            capabilities: "IMAP4rev1 UNSELECT"
        )
        talk.pass(.seconds(301))
        talk.client("a NOOP\n")
        #expect(talk.heardByBackend().hasSuffix("g16 NOOP\n"))
    }

    @Test func aMessageIsNotBegunWhileUsesMustBeKnown() {
        let talk = Conversation.loggedIn(
            settings: Self.plain,
            capabilities: Conversation.capabilities + " MULTIAPPEND"
        )
        talk.client("a APPEND Bin {3}\n")
        talk.backend("+ go\n")
        _ = talk.heardByBackend()
        talk.reload(Self.uses())
        talk.client("abc {3}\n")
        #expect(!talk.heardByBackend().contains("{3}"))
        #expect(talk.isClosed)
    }

    @Test func aPlanGoesNoFurtherWhileUsesMustBeKnown() {
        var emulations = Emulations()
        emulations.move = true
        let talk = Conversation.selected(
            "INBOX",
            settings: .sample(emulations: emulations, rules: []),
            capabilities: "IMAP4rev1 UNSELECT UIDPLUS SPECIAL-USE LIST-EXTENDED"
        )
        talk.client("a MOVE 1 Bin\n")
        let tag = talk.heardByBackend().split(separator: "\n").last?.prefix { $0 != " " } ?? ""
        talk.reload(Self.uses())
        talk.backend("* SEARCH 4\n\(tag) OK\n")
        #expect(!talk.heardByBackend().contains("COPY"))
    }

    @Test func aReloadAsksDuringARenewedIdle() {
        let talk = Conversation.selected("Bin", settings: Self.plain)
        talk.client("a IDLE\n")
        talk.backend("+ idling\n")
        talk.waitForDeadline()
        talk.backend("g17 OK\n")
        _ = talk.heardByBackend()
        talk.reload(Self.uses())
        talk.backend("+ idling\n")
        #expect(talk.heardByBackend() == "DONE\n")
    }

    @Test func aReloadAsksDuringAnIdleThatTheBackendDoesNotKnow() {
        let talk = Conversation.selected(
            "Bin",
            settings: Self.plain,
            capabilities: "IMAP4rev1 UNSELECT SPECIAL-USE LIST-EXTENDED"
        )
        talk.client("a IDLE\n")
        _ = talk.heardByBackend()
        talk.reload(Self.uses())
        #expect(talk.heardByBackend() == "g17 LIST (SPECIAL-USE) \"\" \"*\"\n")
        let heard = talk.backend("* LIST (\\Trash) \"/\" Bin\ng17 OK\n")
        #expect(heard == "* OK [READ-ONLY] Mailbox is read-only by policy\n")
        #expect(talk.client("DONE\n") == "a OK IDLE completed\n")
    }

    @Test func inReportModeAnIdleGoesOnWithoutAnAnswer() {
        let talk = Conversation.selected("Bin", settings: Self.plain)
        talk.client("a IDLE\n")
        talk.backend("+ idling\n")
        _ = talk.heardByBackend()
        talk.reload(Self.uses(.report))
        talk.backend("g17 OK\n")
        _ = talk.heardByBackend()
        talk.backend("g18 NO\n")
        #expect(talk.heardByBackend() == "g19 IDLE\n")
        #expect(!talk.isClosed)
    }

    @Test func whatIsOldIsAskedAgainBeforeTheNextCommand() {
        let talk = Conversation.selected("Bin", settings: Self.uses())
        _ = talk.heardByBackend()
        talk.pass(.seconds(299))
        talk.client("a NOOP\n")
        #expect(talk.heardByBackend() == "g17 NOOP\n")
        talk.backend("g17 OK\n")
        talk.pass(.seconds(2))
        talk.client("b EXPUNGE\n")
        #expect(talk.heardByBackend() == "g18 LIST (SPECIAL-USE) \"\" \"*\"\n")
        let heard = talk.backend("* LIST (\\Trash) \"/\" Bin\ng18 OK\n")
        #expect(heard.hasSuffix("b NO [NOPERM] Mailbox is read-only by policy\n"))
    }

    @Test func anAppendWaitsForTheAnswer() {
        let talk = Conversation.loggedIn(settings: Self.plain)
        talk.client("x NOOP\n")
        talk.reload(Self.uses())
        talk.client("a APPEND Bin/x {3}\n")
        #expect(talk.heardByClient() == "")
        talk.backend("g16 OK\n")
        #expect(talk.heardByBackend().hasSuffix("g17 LIST (SPECIAL-USE) \"\" \"*\"\n"))
        let heard = talk.backend("* LIST (\\Trash) \"/\" Bin\ng17 OK\n")
        #expect(heard == "a NO [NOPERM] Access denied by policy\n")
    }

    @Test func moreMarkedMailboxesThanAPersonHasAreNoAnswer() {
        let talk = Conversation(settings: Self.uses())
        talk.client("a LOGIN ann secret\n")
        talk.admit()
        talk.pam(.accepted)
        talk.backend("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n")
        talk.backend("g1 OK [CAPABILITY \(Conversation.capabilities)] in\n")
        talk.backend("* NAMESPACE ((\"\" \"/\")) NIL NIL\ng2 OK\n")
        for number in 0...MailboxUses.mailboxesMax {
            talk.backend("* LIST (\\Junk) \"/\" m\(number)\n")
        }
        let heard = talk.backend("g3 OK\n")
        #expect(heard == "a NO [UNAVAILABLE] Service is temporarily unavailable\n")
    }

    // MARK: Mailboxes that show the messages of others

    private static let virtual = Settings.sample(findsVirtual: true)
    private static let empty = Settings.sample(findsVirtual: true, rules: [])
    private static let rehearsed = Settings.sample(
        findsVirtual: true,
        rules: Settings.sampleRules.map { rule in
            var rule = rule
            rule.mode = .report
            return rule
        }
    )

    private static let everything = "* LIST (\\All) \"/\" Everything\n"

    @Test func theFirstRuleShutsSuchMailboxesToSessionsThatAreThere() {
        let talk = Conversation.selected("Everything", settings: Self.empty)
        talk.reload(Self.virtual)
        #expect(talk.heardByBackend() == "g17 LIST (SPECIAL-USE) \"\" \"*\"\n")
        #expect(talk.client("a FETCH 1 FLAGS\n") == "")
        talk.backend("\(Self.everything)g17 OK\n")
        #expect(!talk.heardByBackend().contains("FETCH"))
        #expect(talk.isClosed)
    }

    @Test func rulesThatAreRehearsedNoMoreWantTheAnswerThatWasRefused() {
        let talk = Conversation.loggedIn(settings: Self.rehearsed, special: "NO")
        talk.client("a STATUS Everything (MESSAGES)\n")
        #expect(talk.heardByBackend().hasSuffix("g16 STATUS \"Everything\" (MESSAGES)\n"))
        talk.backend("g16 OK\n")
        talk.reload(Self.virtual)
        #expect(talk.heardByBackend() == "g17 LIST (SPECIAL-USE) \"\" \"*\"\n")
        talk.backend("\(Self.everything)g17 OK\n")
        #expect(talk.client("b SELECT Everything\n").hasPrefix("b NO [NONEXISTENT]"))
        talk.reload(Self.rehearsed)
        talk.reload(Self.virtual)
        #expect(talk.client("c SELECT Everything\n").hasPrefix("c NO [NONEXISTENT]"))
    }

    @Test func whereTheBackendGoesOnRefusingTheSessionEnds() {
        let talk = Conversation.loggedIn(settings: Self.rehearsed, special: "NO")
        #expect(talk.records.contains { $0.verdict == .wouldDeny })
        talk.reload(Self.virtual)
        talk.backend("g16 NO\n")
        #expect(talk.isClosed)
    }

    @Test func aBackendThatKnowsNoMarksIsAskedForNone() {
        let talk = Conversation.selected(
            "INBOX",
            settings: Self.empty,
            capabilities: "IMAP4rev1 UNSELECT"
        )
        talk.reload(Self.virtual)
        talk.client("a STATUS Work (MESSAGES)\n")
        #expect(talk.heardByBackend() == "g17 STATUS \"Work\" (MESSAGES)\n")
        #expect(talk.records.allSatisfy { $0.event != .backendLogin })
    }

    @Test func suchAMailboxIsNotRenamed() {
        let talk = Conversation.loggedIn(
            settings: Self.virtual,
            special: "* LIST (\\Flagged) \"/\" Work/Stars\nOK"
        )
        talk.client("a RENAME Work Play\n")
        let heard = talk.backend("* LIST () \"/\" Work/Stars\ng16 OK\n")
        #expect(heard.hasPrefix("a NO"))
        #expect(!talk.heardByBackend().contains("RENAME"))
    }

    @Test func aMarkThatIsNewShutsItsMailbox() {
        let talk = Conversation.selected("Stars", settings: Self.virtual)
        talk.pass(.seconds(301))
        talk.client("a FETCH 1 FLAGS\n")
        #expect(talk.heardByBackend().hasSuffix("g17 LIST (SPECIAL-USE) \"\" \"*\"\n"))
        talk.backend("* LIST (\\Flagged) \"/\" Stars\ng17 OK\n")
        #expect(!talk.heardByBackend().contains("FETCH"))
        #expect(talk.isClosed)
    }

    @Test func suchAMailboxIsShutAmongThoseOfOthersToo() {
        let talk = Conversation.loggedIn(
            settings: Self.virtual,
            namespace: #"(("" "/")) (("user/" "/")) NIL"#,
            special: "\(Self.everything)OK"
        )
        #expect(talk.client("a SELECT Everything\n").hasPrefix("a NO [NONEXISTENT]"))
        #expect(talk.client("b SELECT user/ann/Everything\n").hasPrefix("b NO [NONEXISTENT]"))
        talk.client("c STATUS user/bob/Everything (MESSAGES)\n")
        #expect(talk.heardByBackend().hasSuffix(" STATUS \"user/bob/Everything\" (MESSAGES)\n"))
    }

    @Test(
        "marked mailboxes behind those that are looked at leave none open",
        arguments: [MailboxUses.mailboxesMax, MailboxUses.mailboxesMax + 1]
    )
    func marksBeyondCount(count: Int) {
        let talk = Conversation(settings: Self.virtual)
        talk.client("a LOGIN ann secret\n")
        talk.admit()
        talk.pam(.accepted)
        talk.backend("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n")
        _ = talk.heardByBackend()
        talk.backend("g1 OK [CAPABILITY \(Conversation.capabilities)] in\n")
        #expect(talk.heardByBackend() == "g2 NAMESPACE\ng3 LIST (SPECIAL-USE) \"\" \"*\"\n")
        talk.backend("* NAMESPACE ((\"\" \"/\")) NIL NIL\ng2 OK\n")
        for number in 1..<count { talk.backend("* LIST (\\Sent) \"/\" Sent\(number)\n") }
        let heard = talk.backend("* LIST (\\All) \"/\" Everything\ng3 OK\n")
        guard count <= MailboxUses.mailboxesMax else {
            #expect(heard.contains("a NO [UNAVAILABLE]"))
            #expect(talk.records.contains { $0.event == .backendLogin && $0.verdict == .deny })
            return
        }
        #expect(heard.contains("a OK"))
        #expect(talk.client("b SELECT Everything\n").hasPrefix("b NO [NONEXISTENT]"))
    }

    // MARK: Volumes

    private static let bounded: Settings = {
        var rule = Rule.sample("little", ["**"], "lr")
        rule.volume = Volume(messages: 100, bytes: nil, period: .day)
        return .sample(rules: [rule], revision: "r2")
    }()

    @Test func aLongFetchIsCountedOnItsWayAndCutWhenOthersHaveTakenTheRest() {
        let talk = Conversation.selected("INBOX", settings: Self.bounded)
        _ = talk.takeEffects()
        talk.client("a FETCH 1:99 BODY.PEEK[]\n")
        #expect(talk.tellMeters(.zero)?.amount == .zero)
        for number in 1...64 { talk.backend("* \(number) FETCH (BODY[] \"x\")\n") }
        let report = talk.tellMeters(VolumeAmount(messages: 100))
        #expect(report?.amount == VolumeAmount(messages: 64, bytes: 64))
        #expect(report?.meters == [VolumeMeter(user: "ann", rule: "little", period: .day)])
        #expect(talk.backend("* 65 FETCH (BODY[] \"x\")\n") == "")
        #expect(
            talk.backend("g17 OK\n") == "a NO [LIMIT] As much was fetched as the policy allows\n"
        )
    }

    @Test func whatAClientHasGotWhenItGoesIsCounted() {
        let talk = Conversation.selected("INBOX", settings: Self.bounded)
        _ = talk.takeEffects()
        talk.client("a FETCH 1 BODY.PEEK[]\n")
        talk.tellMeters(.zero)
        talk.backend("* 1 FETCH (BODY[] {1000}\nhalf of it")
        talk.clientClosed()
        #expect(talk.tellMeters(.zero)?.amount == VolumeAmount(messages: 1, bytes: 1000))
    }

    @Test func aReloadThatComesBetweenAsksAnew() {
        let talk = Conversation.selected("INBOX", settings: Self.bounded)
        _ = talk.takeEffects()
        #expect(talk.client("a FETCH 1 BODY.PEEK[]\n") == "")
        talk.reload(Self.bounded)
        talk.tellMeters(.zero)
        talk.tellMeters(.zero)
        #expect(talk.heardByBackend().hasSuffix("g17 FETCH 1 (BODY.PEEK[])\n"))
    }

    // MARK: Rehearsals

    @Test func ofLongListsTheBeginningIsWritten() {
        var rule = Rule.sample("hidden", ["**"], "")
        rule.mode = .report
        let talk = Conversation.loggedIn(settings: .sample(rules: [rule]))
        talk.client("a LIST \"\" *\n")
        for number in 0..<1200 { talk.backend("* LIST () \"/\" m\(number)\n") }
        let written = talk.records.filter { $0.event == .list && $0.verdict == .wouldDeny }
        #expect(written.count == 1000)
        #expect(talk.clientHeard.contains("m1199"))
    }

    // MARK: Unix groups

    @Test func groupsAreAskedForAfterThePassword() {
        let talk = Conversation(settings: Self.groups())
        talk.client("a LOGIN ann secret\n")
        talk.admit()
        talk.pam(.accepted)
        #expect(talk.takeEffects().contains(.lookUpGroups(user: "ann")))
        #expect(!talk.records.contains { $0.event == .authenticationOK })
        talk.tellGroups(["temps"])
        talk.meetBackend()
        #expect(talk.client("b DELETE Work\n") == "b NO [NOPERM] Access denied by policy\n")
    }

    @Test func aWrongPasswordAsksForNothing() {
        let talk = Conversation(settings: Self.groups())
        talk.client("a LOGIN ann wrong\n")
        talk.admit()
        talk.pam(.rejected)
        #expect(!talk.takeEffects().contains(.lookUpGroups(user: "ann")))
    }

    @Test func aLateAnswerIsNone() {
        let talk = Conversation(settings: Self.groups())
        talk.client("a LOGIN ann secret\n")
        talk.admit()
        talk.pam(.accepted)
        talk.waitForDeadline()
        #expect(talk.clientHeard.hasSuffix("* BYE Authentication took too long\r\n"))
        talk.tellGroups([])
        #expect(!talk.takeEffects().contains(.connectBackend(0)))
    }

    @Test func aReloadAsksForGroupsAtOnce() {
        let talk = Conversation.selected("INBOX", settings: Self.plain)
        _ = talk.heardByBackend()
        talk.reload(Self.groups())
        #expect(talk.takeEffects() == [.lookUpGroups(user: "ann")])
        #expect(talk.client("a STORE 1 +FLAGS (\\Seen)\n") == "")
        #expect(talk.heardByBackend() == "")
        talk.tellGroups(["temps"])
        let heard = talk.heardByClient()
        #expect(heard.hasPrefix("* OK [READ-ONLY]"))
        #expect(heard.hasSuffix("a NO [NOPERM] Mailbox is read-only by policy\n"))
    }

    @Test("a session whose groups can't be told ends, or in report mode goes on")
    func endsWithoutGroups() {
        let talk = Conversation.selected("INBOX", settings: Self.plain)
        talk.reload(Self.groups())
        talk.tellGroups(nil)
        #expect(talk.isClosed)
        #expect(talk.records.contains { $0.event == .authorizationDenied })
        let other = Conversation.selected("INBOX", settings: Self.plain)
        other.reload(Self.groups(.report))
        other.tellGroups(nil)
        #expect(!other.isClosed)
        #expect(other.records.contains { $0.verdict == .wouldDeny })
    }

    @Test func groupsGrowOld() {
        let talk = Conversation.loggedIn(settings: Self.plain)
        talk.reload(Self.groups())
        talk.tellGroups([])
        _ = talk.takeEffects()
        talk.client("a DELETE Work\n")
        talk.backend("g16 OK\n")
        #expect(talk.backend("g17 OK\n") == "a OK DELETE completed\n")
        talk.pass(.seconds(301))
        #expect(talk.client("b DELETE Work\n") == "")
        #expect(talk.takeEffects() == [.lookUpGroups(user: "ann")])
        talk.tellGroups(["temps"])
        #expect(talk.heardByClient() == "b NO [NOPERM] Access denied by policy\n")
    }

    @Test func nothingIsAskedWhereNoRuleWantsToKnow() {
        let talk = Conversation.selected("INBOX", settings: .sample())
        talk.pass(.seconds(1000))
        talk.client("a NOOP\n")
        #expect(talk.heardByBackend().hasSuffix("g17 NOOP\n"))
        #expect(talk.takeEffects() == [])
    }
}
