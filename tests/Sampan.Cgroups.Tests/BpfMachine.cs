namespace Sampan.Cgroups.Tests;

/// <summary>Interprets the few BPF instructions that device programs are made of, by the numbers of the BPF ISA document.</summary>
internal static class BpfMachine
{
    /// <returns>R0 at the exit.</returns>
    public static ulong Run(ulong[] program, uint accessType, uint major, uint minor)
    {
        ulong[] r = new ulong[11];
        for (int pc = 0; pc < program.Length; pc++)
        {
            ulong word = program[pc];
            int destination = (int)(word >> 8 & 15), source = (int)(word >> 12 & 15), offset = (short)(word >> 16), immediate = (int)(word >> 32);
            switch (word & 0xFF)
            {
                case 0x61 when source == 1 && r[1] == 0:
                    r[destination] = offset switch { 0 => accessType, 4 => major, 8 => minor, _ => throw new InvalidOperationException("a load outside of the context") };
                    break;
                case 0x54:
                    r[destination] = (uint)r[destination] & (uint)immediate;
                    break;
                case 0x74:
                    r[destination] = (uint)r[destination] >> immediate;
                    break;
                case 0xbf:
                    r[destination] = r[source];
                    break;
                case 0xb7:
                    r[destination] = (ulong)(long)immediate;
                    break;
                case 0x16:
                    pc += (uint)r[destination] == (uint)immediate ? offset : 0;
                    break;
                case 0x56:
                    pc += (uint)r[destination] != (uint)immediate ? offset : 0;
                    break;
                case 0x95:
                    return r[0];
                default:
                    throw new InvalidOperationException($"instruction {word:x16} at {pc}");
            }
        }
        throw new InvalidOperationException("ran off the end");
    }
}
