namespace Sampan.Launch;

/// <summary>A search tree over the ranges of system call numbers that share a target.</summary>
internal sealed class NumberTree(BpfAssembler code)
{
    private readonly List<(uint Start, int Target)> _ranges = [];

    /// <summary>Says where numbers from <paramref name="start"/> on go; to be called in ascending order, from 0.</summary>
    public void From(uint start, int target)
    {
        if (_ranges.Count > 0 && _ranges[^1].Start == start)
            _ranges.RemoveAt(_ranges.Count - 1);
        if (_ranges.Count == 0 || _ranges[^1].Target != target)
            _ranges.Add((start, target));
    }

    /// <summary>Writes the tree, for a number that was loaded.</summary>
    /// <returns>Its first instruction, or the only target.</returns>
    public int Write() => Write(0, _ranges.Count);

    private int Write(int first, int end)
    {
        var here = _ranges[first];
        if (end - first == 1)
            return here.Target;
        // One number with a target of its own among others: one comparison instead of two.
        if (end - first == 3 && here.Target == _ranges[first + 2].Target && _ranges[first + 1].Start + 1 == _ranges[first + 2].Start)
            return code.Branch(BpfAssembler.JMP_JEQ_K, _ranges[first + 1].Start, _ranges[first + 1].Target, here.Target);
        int middle = first + (end - first) / 2;
        int upper = Write(middle, end);
        int lower = Write(first, middle);
        return code.Branch(BpfAssembler.JMP_JGE_K, _ranges[middle].Start, upper, lower);
    }
}
