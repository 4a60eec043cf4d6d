// What rules take beside letters, what those in report mode would take, and special uses.
import Policy
import Testing

@Suite struct TermsTests {
    private func decide(_ rules: [Rule], _ name: String, uses: SpecialUses = .none) -> Decision {
        policy(rules).policy(for: "ann").decide(Array(name.utf8), uses: uses)
    }

    @Test func operationsAreTakenByAllRulesTogether() throws {
        var one = try rule("one", ["A/**"], limit: .full)
        one.forbidden = [Operations(.expunge)]
        var two = try rule("two", ["A"], limit: .full)
        two.forbidden = [Operations(.moveOut)]
        let decision = decide([one, two], "A")
        #expect(decision.forbidden == [Operations(.expunge), Operations(.moveOut)])
        #expect(decision.rights == .full)
        let reasons = decision.reasons(taking: .none, forbidding: Operations(.moveOut))
        #expect(reasons.map(\.id) == ["two"])
        #expect(decide([one, two], "A/b").forbidden == Operations(.expunge))
    }

    @Test func aRuleInReportModeTakesNothing() throws {
        var quiet = try rule("quiet", ["**"], limit: .none)
        quiet.mode = .report
        quiet.forbidden = Operations(.append)
        let loud = try rule("loud", ["**"], limit: [.lookup, .read])
        let user = policy([quiet, loud]).policy(for: "ann")
        let decision = user.decide(Array("A".utf8))
        #expect(decision.rights == [.lookup, .read])
        #expect(decision.forbidden == .none)
        #expect(decision.rules(taking: .write) == ["loud"])
        let rehearsed = try #require(user.rehearsed).decide(Array("A".utf8))
        #expect(rehearsed.rights == .none)
        #expect(rehearsed.forbidden == Operations(.append))
        #expect(rehearsed.rules(taking: .read) == ["quiet"])
        #expect(policy([loud]).policy(for: "ann").rehearsed == nil)
        #expect(!policy([quiet]).policy(for: "ann").hidesMailboxes)
    }

    @Test func specialUsesAreCoveredWhateverTheirName() throws {
        var trash = try rule("trash", [], limit: [.lookup, .read])
        trash.specialUses = SpecialUses(.trash)
        #expect(decide([trash], "Papierkorb", uses: SpecialUses(.trash)).rights.letters == "lr")
        #expect(decide([trash], "Papierkorb").rights == .full)
        #expect(policy([trash]).usesNeed(for: Subject(user: "ann")) == .enforced)
    }

    @Test func metersAreFoundByTheRulesThatHaveThem() throws {
        var metered = try rule("metered", ["A"], limit: .full)
        metered.volume = Volume(messages: 5, bytes: nil, period: .hour)
        #expect(decide([metered], "A").isMetered)
        #expect(decide([metered], "A").meters.map(\.id) == ["metered"])
        #expect(!decide([metered], "B").isMetered)
        #expect(metered.volume?.isSpent(by: VolumeAmount(messages: 5, bytes: 0)) == true)
        #expect(metered.volume?.isSpent(by: VolumeAmount(messages: 4, bytes: 9)) == false)
    }

    @Test func everyPartOfARuleCountsForTheRevision() throws {
        let plain = try rule("r", ["A"], limit: .none)
        let changes: [(inout Rule) -> Void] = [
            { $0.except = Audience(unixGroups: ["staff"]) },
            { $0.who.certificates = [CertificateMatch(subjects: ["*"])] },
            { $0.specialUses = SpecialUses(.sent) },
            { $0.forbidden = Operations(.expunge) },
            { $0.volume = Volume(messages: 1, bytes: nil, period: .day) },
            { $0.mode = .report },
            { $0.message = "no" },
            { $0.when.from = 5 },
            { $0.when.listeners = ["imap"] },
            { $0.when.hours = Schedule(windows: [], zone: .utc) },
            { $0.when.methods = [.both] },
        ]
        var forms = [PolicySet.canonicalForm(of: [plain], groups: [:])]
        for change in changes {
            var changed = plain
            change(&changed)
            forms.append(PolicySet.canonicalForm(of: [changed], groups: [:]))
        }
        #expect(Set(forms).count == forms.count)
    }

    @Test func unixGroupsAndCertificatesMakeMembers() throws {
        var denial = try rule("r", groups: ["ops"], ["**"], limit: .none)
        denial.who.users = []
        let members = Members(
            unixGroups: ["wheel"],
            certificates: [CertificateMatch(subjects: ["*OU=Ops*"])]
        )
        let set = PolicySet(rules: [denial], groups: ["ops": members], revision: "")
        #expect(set.namesUnixGroups)
        var subject = Subject(user: "ann")
        func isDenied() -> Bool { !set.policy(for: subject, at: 0).hidesMailboxes == false }
        #expect(!isDenied())
        subject.unixGroups = ["wheel"]
        #expect(isDenied())
        subject.unixGroups = []
        subject.certificate = CertificateNames(subject: "CN=a,OU=Ops", issuer: "")
        #expect(isDenied())
    }
}
