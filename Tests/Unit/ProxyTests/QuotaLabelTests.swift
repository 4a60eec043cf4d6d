// Names of quota roots that would tell of denied mailboxes are replaced, and not without bound.
import Testing

@testable import Proxy

@Suite("Quota labels")
struct QuotaLabelTests {
    private static func name(_ number: Int) -> [UInt8] { Array("Secret/\(number)".utf8) }

    @Test func stayWithTheirRoot() {
        var labels = QuotaLabels()
        let first = labels.label(of: Self.name(1))
        let second = labels.label(of: Self.name(2))
        #expect(first == Array("quota-1".utf8) && second == Array("quota-2".utf8))
        #expect(labels.label(of: Self.name(1)) == first)
        #expect(labels.root(of: Array("quota-2".utf8)) == Self.name(2))
        #expect(labels.root(of: Array("quota-3".utf8)) == nil)
        #expect(labels.root(of: Self.name(1)) == nil)
    }

    @Test func areBounded() {
        var labels = QuotaLabels()
        for number in 0..<QuotaLabels.countMax {
            let label = labels.label(of: Self.name(number))
            #expect(label != nil)
        }
        let more = labels.label(of: Self.name(QuotaLabels.countMax))
        #expect(more == nil)
        let known = labels.label(of: Self.name(0))
        #expect(known != nil)
    }
}
