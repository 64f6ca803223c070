#include "server/admin/verbs.hpp"
#include "server/application.hpp"

int main(int argc, char** argv)
{
    return pillarbox::admin::run(argc, argv, pillarbox::serve);
}
