using System.Runtime.CompilerServices;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Modules one after the other, each fed with the result of the one before.</summary>
        public class Sequential : torch.nn.Module<torch.Tensor, torch.Tensor>
        {
            private readonly List<torch.nn.IModule<torch.Tensor, torch.Tensor>> steps = [];

            internal Sequential(IEnumerable<(string Name, torch.nn.Module<torch.Tensor, torch.Tensor> Module)> modules) : base(nameof(Sequential))
            {
                foreach (var (key, module) in modules) append(key, module);
            }

            /// <summary>Modules with names, for derived classes.</summary>
            /// <param name="modules">The modules in their order.</param>
            protected Sequential(params (string name, torch.nn.Module<torch.Tensor, torch.Tensor> submodule)[] modules) : this(modules.AsEnumerable()) { }

            /// <summary>Modules named "0", "1", …, for derived classes.</summary>
            /// <param name="modules">The modules in their order.</param>
            protected Sequential(params torch.nn.Module<torch.Tensor, torch.Tensor>[] modules) : this(Numbered(modules)) { }

            /// <summary>How many modules there are.</summary>
            public int Count => steps.Count;

            /// <summary>The module at a place.</summary>
            /// <param name="index">From 0.</param>
            [IndexerName("SequentialItems")]
            public torch.nn.IModule<torch.Tensor, torch.Tensor> this[int index] => steps[index];

            /// <summary>Adds a module at the end.</summary>
            /// <param name="name">Its name, without dots.</param>
            /// <param name="module">The module.</param>
            /// <returns>This.</returns>
            public Sequential append(string name, torch.nn.IModule<torch.Tensor, torch.Tensor> module)
            {
                register_module(name, (torch.nn.Module)module);
                steps.Add(module);
                return this;
            }

            /// <summary>Adds a module at the end, named by its place.</summary>
            /// <param name="module">The module.</param>
            /// <returns>This.</returns>
            public Sequential append(torch.nn.IModule<torch.Tensor, torch.Tensor> module) => append($"{steps.Count}", module);

            /// <inheritdoc/>
            protected override void RegisterComponents() { }

            /// <summary>Applies all modules. What lies between them is released at once; autograd keeps what it needs.</summary>
            /// <param name="tensor">What the first module takes.</param>
            /// <returns>What the last module gives; the input where there are no modules.</returns>
            public override torch.Tensor forward(torch.Tensor tensor)
            {
                if (steps.Count == 0) return tensor.alias();
                var current = tensor;
                foreach (var step in steps)
                {
                    var next = step.call(current);
                    if (!ReferenceEquals(current, tensor) && !ReferenceEquals(current, next)) current.Dispose();
                    current = next;
                }
                return current;
            }

            internal static IEnumerable<(string, torch.nn.Module<torch.Tensor, torch.Tensor>)> Numbered(IEnumerable<torch.nn.Module<torch.Tensor, torch.Tensor>> modules) =>
                modules.Select((module, index) => ($"{index}", module));
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>No module yet; see <see cref="Modules.Sequential.append(IModule{Tensor, Tensor})"/>.</summary>
            public static Sequential Sequential() => new([]);

            /// <summary>Modules one after the other, with names.</summary>
            /// <param name="modules">The modules in their order.</param>
            public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules.AsEnumerable());

            /// <summary>Modules one after the other, named "0", "1", ….</summary>
            /// <param name="modules">The modules in their order.</param>
            public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(Modules.Sequential.Numbered(modules));

            /// <inheritdoc cref="Sequential(ValueTuple{string, Module{Tensor, Tensor}}[])"/>
            public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) => new(modules);

            /// <inheritdoc cref="Sequential(Module{Tensor, Tensor}[])"/>
            public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new(Modules.Sequential.Numbered(modules));
        }
    }
}
