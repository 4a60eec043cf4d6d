import Testing
@Suite("Debug") struct DebugStat {
    @Test func stat() {
        var verbs: [String: Int] = [:]
        var answers: [String: Int] = [:]
        var closed: [String: Int] = [:]
        for seed in 0..<200 as Range<UInt64> {
            let storm = Storm(seed: seed)
            storm.blow(steps: 1500)
            for line in String(decoding: storm.backendHeard, as: UTF8.self).split(separator: "\r\n") {
                let words = line.split(separator: " ")
                if words.count > 1, words[0].hasPrefix("g") { verbs[String(words[1] == "UID" ? "UID " + words[2] : words[1]), default: 0] += 1 }
            }
            let lines = String(decoding: storm.clientHeard, as: UTF8.self).split(separator: "\r\n")
            for line in lines where line.hasPrefix("c") {
                answers[String(line.drop { $0 != " " }), default: 0] += 1
            }
            closed[String(lines.last ?? ""), default: 0] += 1
        }
        print(verbs.sorted { $0.value > $1.value })
        for a in answers.sorted(by: { $0.value > $1.value }) { print(a) }
        for a in closed.sorted(by: { $0.value > $1.value }).prefix(20) { print("END", a) }
    }
}
