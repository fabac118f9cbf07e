import { Type } from 'typebox';
import { defineRoutes } from '../route.ts';
import * as s from '../schemas/index.ts';

const PersonParams = Type.Object({ contractorId: s.Uuid, personId: s.Uuid });
const GroupParams = Type.Object({ contractorId: s.Uuid, groupId: s.Uuid });
const GroupMemberParams = Type.Object({ contractorId: s.Uuid, groupId: s.Uuid, personId: s.Uuid });
const PersonQuery = Type.Object(
  {
    q: Type.Optional(Type.String({ maxLength: 200 })),
    groupId: Type.Optional(s.Uuid),
    archived: Type.Optional(Type.Boolean()),
    ...s.PageQuery,
  },
  s.Closed,
);

export const directoryRoutes = defineRoutes({
  listPersons: {
    method: 'GET',
    path: '/api/v1/contractors/:contractorId/persons',
    summary: 'Persons',
    access: 'directory.read',
    params: s.ContractorParams,
    query: PersonQuery,
    status: 200,
    response: s.Page(s.Person),
  },
  createPerson: {
    method: 'POST',
    path: '/api/v1/contractors/:contractorId/persons',
    summary: 'Add a person',
    access: 'directory.write',
    params: s.ContractorParams,
    body: s.PersonRequest,
    status: 201,
    response: s.Person,
  },
  getPerson: {
    method: 'GET',
    path: '/api/v1/contractors/:contractorId/persons/:personId',
    summary: 'One person',
    access: 'directory.read',
    params: PersonParams,
    status: 200,
    response: s.Person,
  },
  changePerson: {
    method: 'PATCH',
    path: '/api/v1/contractors/:contractorId/persons/:personId',
    summary: 'Change a person',
    access: 'directory.write',
    params: PersonParams,
    body: s.PersonChange,
    status: 200,
    response: s.Person,
  },
  archivePerson: {
    method: 'DELETE',
    path: '/api/v1/contractors/:contractorId/persons/:personId',
    summary: 'Archive a person (history is kept)',
    access: 'directory.write',
    params: PersonParams,
    status: 204,
    response: null,
  },
  listGroups: {
    method: 'GET',
    path: '/api/v1/contractors/:contractorId/groups',
    summary: 'Groups',
    access: 'directory.read',
    params: s.ContractorParams,
    status: 200,
    response: s.Page(s.Group),
  },
  createGroup: {
    method: 'POST',
    path: '/api/v1/contractors/:contractorId/groups',
    summary: 'Add a group',
    access: 'directory.write',
    params: s.ContractorParams,
    body: s.GroupRequest,
    status: 201,
    response: s.Group,
  },
  changeGroup: {
    method: 'PATCH',
    path: '/api/v1/contractors/:contractorId/groups/:groupId',
    summary: 'Rename a group',
    access: 'directory.write',
    params: GroupParams,
    body: s.GroupRequest,
    status: 200,
    response: s.Group,
  },
  deleteGroup: {
    method: 'DELETE',
    path: '/api/v1/contractors/:contractorId/groups/:groupId',
    summary: 'Delete a group',
    access: 'directory.write',
    params: GroupParams,
    status: 204,
    response: null,
  },
  addGroupMember: {
    method: 'PUT',
    path: '/api/v1/contractors/:contractorId/groups/:groupId/members/:personId',
    summary: 'Put a person into a group',
    access: 'directory.write',
    params: GroupMemberParams,
    status: 204,
    response: null,
  },
  removeGroupMember: {
    method: 'DELETE',
    path: '/api/v1/contractors/:contractorId/groups/:groupId/members/:personId',
    summary: 'Take a person out of a group',
    access: 'directory.write',
    params: GroupMemberParams,
    status: 204,
    response: null,
  },
});
