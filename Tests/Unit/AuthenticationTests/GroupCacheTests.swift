// How long it counts what the name service said, and of how many users.
import Authentication
import Testing

@Suite("The memory of Unix groups")
struct GroupCacheTests {
    private let second: UInt64 = 1_000_000

    @Test("forgets what is older than asked for, and not before")
    func ages() {
        var cache = GroupCache()
        cache.note(["mail"], of: "ann", at: 5 * second)
        func known(_ seconds: Int64, at now: UInt64) -> Set<String>? {
            cache.groups(of: "ann", age: .seconds(seconds), at: now)
        }
        #expect(known(10, at: 15 * second - 1) == ["mail"])
        #expect(known(10, at: 15 * second) == nil)
        #expect(known(11, at: 15 * second) == ["mail"])
        // A reactor whose turn began before the answer came.
        #expect(known(10, at: 4 * second) == nil)
        #expect(cache.groups(of: "bob", age: .seconds(10), at: 6 * second) == nil)
    }

    @Test("replaces what it knew, also by nothing")
    func replaces() {
        var cache = GroupCache()
        cache.note(["mail"], of: "ann", at: 0)
        cache.note([], of: "ann", at: second)
        #expect(cache.groups(of: "ann", age: .seconds(5), at: second) == [])
        let many = Set((0...GroupCache.groupsMax).map { "g\($0)" })
        cache.note(many, of: "ann", at: second)
        #expect(cache.groups(of: "ann", age: .seconds(5), at: second) == nil)
    }

    @Test("holds no more users than it may")
    func isBounded() {
        var cache = GroupCache()
        for number in 0..<3 * GroupCache.usersMax { cache.note([], of: "u\(number)", at: 0) }
        let known = (0..<3 * GroupCache.usersMax).filter {
            cache.groups(of: "u\($0)", age: .seconds(1), at: 0) != nil
        }
        #expect(known.count <= GroupCache.usersMax)
        #expect(known.last == 3 * GroupCache.usersMax - 1)
    }
}
