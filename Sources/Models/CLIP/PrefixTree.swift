// SPDX-License-Identifier: Apache-2.0

/// Prompts packed into a tree of their common prefixes.
///
/// CLIP's text tower is causal and reads a prompt's feature at one token, so a token's state depends on the tokens
/// before it alone: prompts that begin alike share those states exactly, gradients included, and nothing behind the
/// token that is read matters. Every layer then runs over the distinct nodes with a mask that lets a node see its
/// ancestors and itself, instead of over 77 tokens a prompt.
struct PrefixTree: Equatable, Sendable {
    /// Token ids of the nodes, `[N]`; a parent stands before its children.
    var tokens: [Int64] = []
    /// Positions of the nodes in their prompts, `[N]`, from 0.
    var depths: [Int64] = []
    /// Indices of the nodes' parents, `[N]`; −1 for a root.
    var parents: [Int] = []
    /// The last nodes of the distinct prompts, `[U]`.
    var leaves: [Int64] = []

    /// 0 where a node (row) may look, −∞ elsewhere: `[N, N]`, row major.
    func ancestorMask() -> [Float] {
        let count = tokens.count
        var mask = [Float](repeating: -.infinity, count: count * count)
        mask.withUnsafeMutableBufferPointer { mask in
            for node in 0..<count {
                var ancestor = node
                while ancestor >= 0 {
                    mask[node * count + ancestor] = 0
                    ancestor = parents[ancestor]
                }
            }
        }
        return mask
    }
}

/// Prompts as several prefix trees of bounded size, since a mask grows with the square of its nodes.
struct PrefixForest: Equatable, Sendable {
    /// The trees.
    var trees: [PrefixTree] = []
    /// For every prompt, which leaf it is, counted through all trees: `[P]`.
    var leafOfPrompt: [Int64] = []

    /// Whether leaf i is prompt i, so that nothing has to be gathered.
    var isInOrder: Bool { leafOfPrompt.enumerated().allSatisfy { $0.offset == Int($0.element) } }

    /// Packs prompts, each cut behind the token that is read.
    ///
    /// Sorted prompts share the longest prefix with their neighbour, so one pass with the path to the last leaf builds
    /// each tree.
    ///
    /// - Parameters:
    ///   - prompts: Token ids, none empty.
    ///   - maximumNodes: A tree's size, exceeded only by a single prompt that is longer.
    init(prompts: [[Int32]], maximumNodes: Int) {
        leafOfPrompt = Array(repeating: 0, count: prompts.count)
        var tree = PrefixTree()
        var path: [Int] = []
        var previous: [Int32] = []
        var leafCount: Int64 = 0
        let order = prompts.indices.sorted {
            prompts[$0] == prompts[$1] ? $0 < $1 : prompts[$0].lexicographicallyPrecedes(prompts[$1])
        }
        for index in order {
            let prompt = prompts[index]
            if leafCount > 0, prompt == previous {
                leafOfPrompt[index] = leafCount - 1
                continue
            }
            var shared = zip(prompt, previous).prefix { $0 == $1 }.count
            if tree.tokens.count + prompt.count - shared > maximumNodes, !tree.tokens.isEmpty {
                trees.append(tree)
                tree = PrefixTree()
                shared = 0
            }
            path.removeSubrange(min(shared, path.count)...)
            for depth in shared..<prompt.count {
                tree.parents.append(path.last ?? -1)
                path.append(tree.tokens.count)
                tree.tokens.append(Int64(prompt[depth]))
                tree.depths.append(Int64(depth))
            }
            tree.leaves.append(Int64(path.last ?? 0))
            leafOfPrompt[index] = leafCount
            leafCount += 1
            previous = prompt
        }
        if !tree.tokens.isEmpty { trees.append(tree) }
    }
}
