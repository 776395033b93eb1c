using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sampan.Launch;

/// <summary>A compiled filter as text, an instruction a line.</summary>
public static class BpfPrinter
{
    /// <summary>Such as <c>  12  jge 0x40000000 → 13 : 15</c>: where it goes when the comparison holds, and when not.</summary>
    public static string Print(SeccompProgram program)
    {
        var code = MemoryMarshal.Cast<byte, sock_filter>(program.Filter);
        var text = new StringBuilder();
        for (int i = 0; i < code.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i,4}  {Instruction(code[i], i)}\n");
        return text.ToString();
    }

    private static string Instruction(sock_filter at, int i) => at.code switch
    {
        BpfAssembler.LD_W_ABS => $"ld {Field(at.k)}",
        BpfAssembler.ALU_AND_K => $"and 0x{at.k:x}",
        BpfAssembler.JMP_JA => $"ja → {i + 1 + at.k}",
        BpfAssembler.JMP_JEQ_K => Jump("jeq", at, i),
        BpfAssembler.JMP_JGT_K => Jump("jgt", at, i),
        BpfAssembler.JMP_JGE_K => Jump("jge", at, i),
        BpfAssembler.JMP_JSET_K => Jump("jset", at, i),
        BpfAssembler.RET_K => $"ret {Action(at.k)}",
        _ => $"0x{at.code:x} {at.jt} {at.jf} 0x{at.k:x}",
    };

    private static string Jump(string name, sock_filter at, int i)
        => $"{name} {(at.k < 1024 ? at.k.ToString(CultureInfo.InvariantCulture) : $"0x{at.k:x}")} → {i + 1 + at.jt} : {i + 1 + at.jf}";

    private static string Field(uint offset) => offset switch
    {
        0 => "nr",
        4 => "arch",
        < 16 => $"instruction_pointer+{offset - 8}",
        _ => $"args[{(offset - 16) / 8}]+{offset % 8}",
    };

    private static string Action(uint value) => (value & 0xFFFF0000, value & 0xFFFF) switch
    {
        (SeccompActions.KillProcess, _) => "KILL_PROCESS",
        (SeccompActions.KillThread, _) => "KILL_THREAD",
        (SeccompActions.Trap, _) => "TRAP",
        (SeccompActions.Errno, var data) => $"ERRNO {data}",
        (SeccompActions.Notify, _) => "USER_NOTIF",
        (SeccompActions.Trace, var data) => $"TRACE {data}",
        (SeccompActions.Log, _) => "LOG",
        (SeccompActions.Allow, _) => "ALLOW",
        _ => $"0x{value:x}",
    };
}
