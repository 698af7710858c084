"""Expressions in the Common Expression Language, with a bound on what a run may cost.

The engine has no limits of its own, and copies whole lists at each step of a macro: a plain `l.map(x, l)` over a thousand
items holds the interpreter for a minute. So an expression is read twice: by the engine, which runs it, and by
`syntax`, which knows a closed vocabulary and gives `cost` the tree from which it computes, before each run, an upper bound
for the inputs at hand. What would cost too much is not started.
"""
