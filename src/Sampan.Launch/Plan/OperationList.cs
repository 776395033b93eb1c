using System.Runtime.InteropServices;
using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>Why an operation is there: the field of the specification, and the object it works on. For explaining and for errors.</summary>
/// <param name="Field">Such as <c>mounts[3]</c>, or <c>(launch)</c> for what every container needs.</param>
/// <param name="Subject">A path or name; empty when the field says it all.</param>
public readonly record struct Origin(string Field, string Subject);

/// <summary>A list of operations being written.</summary>
/// <param name="capacity">How many are likely.</param>
public sealed class OperationList(PlanData data, int capacity)
{
    private readonly List<Operation> _operations = new(capacity);
    private readonly List<Origin> _origins = new(capacity);
    private Origin _origin = new("(launch)", "");

    public PlanData Data { get; } = data;

    public ReadOnlySpan<Operation> Operations => CollectionsMarshal.AsSpan(_operations);

    public IReadOnlyList<Origin> Origins => _origins;

    /// <summary>All operations that follow are there because of <paramref name="field"/>.</summary>
    public void For(string field, string subject = "") => _origin = new Origin(field, subject);

    /// <summary>A string in the plan's data.</summary>
    /// <exception cref="SampanException">It holds a NUL, at which the kernel would take it to end.</exception>
    public Argument Text(string text)
        => text.Contains('\0') ? throw new SampanException(ErrorKind.InvalidArgument, $"{_origin.Field}: \"{text}\": may not contain a NUL") : Data.Text(text);

    /// <summary>Adds a system call.</summary>
    public Step Call(SyscallNumber number, Argument a0 = default, Argument a1 = default, Argument a2 = default, Argument a3 = default, Argument a4 = default, Argument a5 = default)
        => Add(OpCode.Syscall, (int)number, a0, a1, a2, a3, a4, a5);

    /// <summary>Adds an operation of the executor's own.</summary>
    public Step Special(OpCode code, Argument a0 = default, Argument a1 = default, Argument a2 = default, Argument a3 = default, Argument a4 = default)
        => Add(code, 0, a0, a1, a2, a3, a4, default);

    /// <summary>Closes what a slot holds, which is empty then.</summary>
    public Step Close(Slot slot) => Special(OpCode.Close, (int)slot.Index);

    private Step Add(OpCode code, int number, Argument a0, Argument a1, Argument a2, Argument a3, Argument a4, Argument a5)
    {
        _operations.Add(new Operation
        {
            Code = code,
            Number = number,
            A0 = a0.Value, A1 = a1.Value, A2 = a2.Value, A3 = a3.Value, A4 = a4.Value, A5 = a5.Value,
            Kinds = (ushort)((int)a0.Kind | (int)a1.Kind << 2 | (int)a2.Kind << 4 | (int)a3.Kind << 6 | (int)a4.Kind << 8 | (int)a5.Kind << 10),
        });
        _origins.Add(_origin);
        return new Step(this);
    }

    /// <summary>Refines the operation just added.</summary>
    public readonly struct Step(OperationList list)
    {
        private ref Operation Last => ref CollectionsMarshal.AsSpan(list._operations)[^1];

        /// <summary>The result, a descriptor, goes to <paramref name="slot"/>.</summary>
        public Step Into(Slot slot)
        {
            Last.Result = slot.Index;
            return this;
        }

        /// <summary>These errnos are no failure; a result slot stays empty.</summary>
        public Step Tolerate(Errno first, Errno second = Errno.None)
        {
            Last.Tolerate1 = (short)first;
            Last.Tolerate2 = (short)second;
            return this;
        }

        public Step TolerateAll()
        {
            Last.Tolerate1 = Operation.AnyErrno;
            return this;
        }

        /// <summary>Skipped while <paramref name="slot"/> is empty.</summary>
        public Step If(Slot slot)
        {
            Last.Requires = slot.Index;
            return this;
        }
    }
}
