using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>Writes a plan down the way strace(1) would show it, each line with the field of the specification that asked for it.</summary>
public static class PlanPrinter
{
    public static string Print(LaunchPlan plan)
    {
        var text = new StringBuilder();
        Section(text, plan, "parent, before the clone", plan.Prepare);
        text.Append("clone3 ").Append(plan.Clone == 0 ? "0" : plan.Clone.ToString().Replace(", ", "|", StringComparison.Ordinal)).Append('\n');
        Section(text, plan, "parent, in the child's mount namespace, once the user namespace is mapped", plan.Grant);
        foreach (var batch in plan.Grants)
        {
            if (batch.Slots.Count > 0)
                text.Append("  # sent to the child: ").AppendJoin(", ", batch.Slots).Append('\n');
        }
        Section(text, plan, "parent, on a mount that the child sends", plan.Request);
        Section(text, plan, "child", plan.Child);
        return text.ToString();
    }

    private static void Section(StringBuilder text, LaunchPlan plan, string title, OperationList list)
    {
        if (list.Operations.Length == 0)
            return;
        text.Append("# ").Append(title).Append('\n');
        for (int i = 0; i < list.Operations.Length; i++)
        {
            string line = Operation(plan.Data, list.Operations[i]);
            var origin = list.Origins[i];
            text.Append("  ").Append(line.PadRight(100)).Append("  ").Append(origin.Field);
            if (origin.Subject.Length > 0)
                text.Append(' ').Append(origin.Subject);
            text.Append('\n');
        }
    }

    /// <summary>One operation, such as <c>target = open_target(root, "/proc", Directory)</c>.</summary>
    public static string Operation(PlanData data, in Operation operation)
    {
        var text = new StringBuilder();
        if (operation.Requires != 0)
            text.Append("if ").Append(new Slot(operation.Requires)).Append(": ");
        if (operation.Result != 0)
            text.Append(new Slot(operation.Result)).Append(" = ");
        text.Append(Name(operation)).Append('(');
        var notations = Notations(operation);
        int last = notations.Length;
        for (int i = 0; i < last; i++)
            text.Append(i == 0 ? "" : ", ").Append(Argument(data, operation, i, notations[i]));
        text.Append(')');
        if (operation.Tolerate1 == Launch.Operation.AnyErrno)
            text.Append(" or any error");
        else if (operation.Tolerate1 != 0)
            text.Append(" or ").Append((Errno)operation.Tolerate1).Append(operation.Tolerate2 == 0 ? "" : ", " + (Errno)operation.Tolerate2);
        return text.ToString();
    }

    /// <summary>The call's name as its man page has it, or the executor's own word.</summary>
    public static string Name(in Operation operation) => operation.Code switch
    {
        OpCode.Syscall => ((SyscallNumber)operation.Number).ToString(),
        OpCode.OpenTarget => "open_target",
        OpCode.OutsideProc => "outside_proc",
        OpCode.InsideRoot => "getcwd",
        OpCode.Close => "close",
        OpCode.Write => "write",
        OpCode.MakeNode => "make_node",
        OpCode.CheckNode => "check_node",
        OpCode.CopyMode => "copy_mode",
        OpCode.CopyTree => "copy_tree",
        OpCode.CloneAgain => "clone_again",
        OpCode.Notify => "notify",
        OpCode.Await => "await",
        OpCode.AwaitCgroups => "await_cgroups",
        OpCode.SendFd => "send_fd",
        OpCode.OfferListener => "offer_listener",
        OpCode.CloseOthers => "close_others",
        OpCode.AwaitStart => "await_start",
        OpCode.FindExecutable => "find_executable",
        _ => "execve",
    };

    private static Notation[] Notations(in Operation operation) => operation.Code switch
    {
        OpCode.Syscall => SyscallSignature.Of((SyscallNumber)operation.Number),
        OpCode.OpenTarget => [Notation.Fd, Notation.Text, Notation.Number, Notation.Hex, Notation.Octal],
        OpCode.OutsideProc => [Notation.Fd],
        OpCode.Close => [Notation.Number],
        OpCode.Write => [Notation.Fd, Notation.Text],
        OpCode.MakeNode => [Notation.Fd, Notation.Text, Notation.Octal, Notation.Device],
        OpCode.CheckNode => [Notation.Fd, Notation.Octal, Notation.Device],
        OpCode.CopyMode => [Notation.Fd, Notation.Fd, Notation.Text],
        OpCode.CopyTree => [Notation.Fd, Notation.Fd],
        OpCode.CloseOthers => [Notation.Number, Notation.Fd],
        OpCode.SendFd => (Stage)operation.A1 == Stage.Request ? [Notation.Fd, Notation.Number, Notation.Number] : [Notation.Fd],
        OpCode.OfferListener or OpCode.AwaitStart => [Notation.Fd],
        OpCode.CloneAgain => [Notation.CloneFlags],
        OpCode.FindExecutable or OpCode.Exec => [Notation.Number],
        OpCode.Notify => [Notation.Number],
        _ => [],
    };

    private static string Argument(PlanData data, in Operation operation, int index, Notation notation)
    {
        long value = operation.ArgumentAt(index);
        var kind = operation.KindOf(index);
        if (kind == ArgumentKind.Slot)
            return new Slot((byte)value).ToString();
        if (operation.Code == OpCode.Notify || operation.Code == OpCode.SendFd && index == 1)
            return ((Stage)value).ToString();
        if (operation.Code == OpCode.Close)
            return new Slot((byte)value).ToString();
        if (operation.Code == OpCode.OpenTarget && index == 2)
            return ((TargetKind)value).ToString().ToLowerInvariant();
        if (kind == ArgumentKind.Data)
            return Data(data, (int)value, notation);
        return notation switch
        {
            Notation.Fd when value == At.AT_FDCWD => "AT_FDCWD",
            Notation.Text or Notation.Pointer => value == 0 ? "NULL" : value.ToString(CultureInfo.InvariantCulture),
            Notation.Octal => "0" + Convert.ToString(value, 8),
            Notation.Hex => "0x" + value.ToString("x", CultureInfo.InvariantCulture),
            Notation.OpenFlags => Flags((OpenFlags)value),
            Notation.CloneFlags => Flags((CloneFlags)value),
            Notation.MountFlags => Flags((MountFlags)value),
            Notation.MountAttributes => Flags((MountAttributes)value),
            Notation.OpenTreeFlags => Flags((OpenTreeFlags)value),
            Notation.MoveMountFlags => Flags((MoveMountFlags)value),
            Notation.UmountFlags => Flags((UmountFlags)value),
            Notation.FsConfigCommand => ((FsConfigCommand)value).ToString(),
            Notation.Prctl => ((PrctlOption)value).ToString(),
            Notation.Resource => Rlimits.Name((int)value),
            Notation.Device => string.Create(CultureInfo.InvariantCulture, $"makedev({value >> 8 & 0xFFF}, {value & 0xFF | value >> 12 & 0xFFF00})"),
            _ => value.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static string Data(PlanData data, int offset, Notation notation)
    {
        switch (notation)
        {
            case Notation.Text:
                return "\"" + data.TextAt(offset).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
            case Notation.MountAttr:
                var attr = MemoryMarshal.Read<mount_attr>(data.Bytes[offset..]);
                var parts = new List<string>();
                if (attr.attr_set != 0)
                    parts.Add("set " + Flags((MountAttributes)attr.attr_set));
                if (attr.attr_clr != 0)
                    parts.Add("clear " + Flags((MountAttributes)attr.attr_clr));
                if (attr.propagation != 0)
                    parts.Add(Flags((MountFlags)attr.propagation));
                // Of the mapping only the slot is known, which lies beside the data.
                int at = data.Relocations.FindIndex(r => r.At == offset + 24 && r.Kind == ArgumentKind.Slot);
                if (at >= 0)
                    parts.Add(new Slot((byte)data.Relocations[at].Target).ToString());
                return "{" + string.Join(", ", parts) + "}";
            case Notation.OpenHow:
                var how = MemoryMarshal.Read<open_how>(data.Bytes[offset..]);
                return $"{{{Flags((OpenFlags)how.flags)}, {Flags((ResolveFlags)how.resolve)}}}";
            case Notation.Rlimit:
                var limit = MemoryMarshal.Read<rlimit64>(data.Bytes[offset..]);
                return string.Create(CultureInfo.InvariantCulture, $"{{{limit.rlim_cur}, {limit.rlim_max}}}");
            default:
                return "&data";
        }
    }

    private static string Flags<T>(T flags) where T : struct, Enum => flags.ToString().Replace(", ", "|", StringComparison.Ordinal);
}
