using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Sampan.Launch.Tests.Executor;

/// <summary>
/// The rules for code that runs in a freshly cloned process, checked on IL: nothing that allocates, throws, locks, waits for a static
/// constructor or a class's virtual table, or leaves managed code. See "Rules of the child" in docs/architecture.md.
/// </summary>
internal static class ChildRules
{
    /// <summary>Everything that breaks a rule in a method and in all it calls, as "Method: what".</summary>
    public static IReadOnlyList<string> Violations(IEnumerable<MethodDefinition> entries, Func<MethodReference, bool> mayCall, out int methods)
    {
        var found = new List<string>();
        var seen = new HashSet<string>();
        var todo = new Queue<MethodDefinition>(entries);
        while (todo.TryDequeue(out var method))
        {
            if (!seen.Add(method.FullName))
                continue;
            string? wrong = OfMethod(method);
            if (wrong is not null)
                found.Add($"{method.Name}: {wrong}");
            if (!method.HasBody)
                continue;
            foreach (var instruction in method.Body.Instructions)
            {
                if (OfInstruction(instruction) is { } why)
                    found.Add($"{method.Name}: {why}");
                if (instruction.OpCode.Code is not (Code.Call or Code.Jmp or Code.Newobj) || instruction.Operand is not MethodReference called)
                    continue;
                if (!mayCall(called))
                    found.Add($"{method.Name}: calls {called.FullName}");
                else if (called.Resolve() is { } definition)
                    todo.Enqueue(definition);
            }
        }
        methods = seen.Count;
        return found;
    }

    private static string? OfMethod(MethodDefinition method)
    {
        if (method.IsPInvokeImpl || method.IsInternalCall)
            return "leaves managed code, with a GC poll on the way back";
        if (method.HasGenericParameters || method.DeclaringType.HasGenericParameters)
            return "is generic, and may need a dictionary";
        if (method.IsSynchronized)
            return "takes a lock";
        if (!method.HasBody)
            return "has no body to look at";
        if (method.Body.HasExceptionHandlers)
            return "handles exceptions";
        if (method.Body.Variables.FirstOrDefault(v => IsReference(v.VariableType)) is { } local)
            return $"has a local of the reference type {local.VariableType}";
        if (method.Parameters.FirstOrDefault(p => IsReference(p.ParameterType)) is { } parameter)
            return $"has a parameter of the reference type {parameter.ParameterType}";
        var type = method.DeclaringType;
        if (type.Methods.Any(m => m.IsConstructor && m.IsStatic))
            return $"belongs to {type.Name}, which has a static constructor";
        return null;
    }

    private static string? OfInstruction(Instruction at) => at.OpCode.Code switch
    {
        Code.Newobj when IsReference(((MethodReference)at.Operand).DeclaringType) => $"allocates a {((MethodReference)at.Operand).DeclaringType}",
        Code.Newarr => $"allocates an array of {at.Operand}",
        Code.Box => $"boxes a {at.Operand}",
        Code.Ldstr => $"loads the string \"{at.Operand}\"",
        Code.Throw or Code.Rethrow => "throws",
        Code.Callvirt or Code.Ldvirtftn or Code.Constrained => $"calls {at.Operand} virtually",
        Code.Ldsfld or Code.Stsfld or Code.Ldsflda => $"touches the static {at.Operand}",
        Code.Ldftn or Code.Ldtoken => $"takes the address or the handle of {at.Operand}",
        Code.Castclass or Code.Isinst or Code.Unbox or Code.Unbox_Any or Code.Mkrefany or Code.Refanyval or Code.Refanytype => $"casts ({at.OpCode})",
        Code.Calli when ((CallSite)at.Operand).CallingConvention != MethodCallingConvention.Default => "calls a pointer of an unmanaged convention",
        Code.Localloc => "takes stack of a size that only shows at run time",
        Code.Div or Code.Div_Un or Code.Rem or Code.Rem_Un when !IsPositiveConstant(at.Previous) => $"divides ({at.OpCode}), which may throw",
        var code when code.ToString() is { } name && (name.Contains("_Ovf", StringComparison.Ordinal) || name == "Ckfinite") => $"may overflow ({at.OpCode})",
        var code when code.ToString() is { } name && (name.StartsWith("Ldelem", StringComparison.Ordinal) || name.StartsWith("Stelem", StringComparison.Ordinal) || name == "Ldlen")
            => $"indexes an array ({at.OpCode})",
        _ => null,
    };

    private static bool IsPositiveConstant(Instruction at)
    {
        while (at.OpCode.Code is Code.Conv_I8 or Code.Conv_U8 or Code.Conv_I or Code.Conv_U)
            at = at.Previous;
        return at.OpCode.Code is >= Code.Ldc_I4_1 and <= Code.Ldc_I4_8 || at.Operand is > (sbyte)0 or > 0 or > 0L;
    }

    private static bool IsReference(TypeReference type)
        => type is ArrayType or GenericParameter || (type is not (PointerType or FunctionPointerType or ByReferenceType or PinnedType) && !type.IsValueType && type.MetadataType != MetadataType.Void);
}
